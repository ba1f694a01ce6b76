import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { passesLuhn, passesMod97 } from '../../../src/core/annotate/privacy/checksums.ts';
import { leaks } from './detectors.ts';

/** What stands in « » is to be found with this type, and nothing else. */
function finds(type: string, marked: string): void {
  const expected = Array.from(marked.matchAll(/«([^»]*)»/g), (match) => `${type}:${match[1]}`);
  assert.deepEqual(leaks(marked.replace(/[«»]/g, '')), expected, marked);
}

describe('personal data', () => {
  test('e-mail addresses, plain and disguised', () => {
    finds('EMAIL_ADDRESS', 'Write to «bob.smith+x@example.co.uk», or «BOB@EXAMPLE.ORG».');
    finds('EMAIL_ADDRESS', 'Write to «bob [at] example [dot] org» please.');
    finds('EMAIL_ADDRESS', 'not@valid, a@b, @handle, meet me @ 5pm, one@two@three');
  });

  test('phone numbers as people write them', () => {
    finds('PHONE_NUMBER', 'Call «(415) 555-2671» or «+44 20 7946 0958», or «+1 (212) 555-0199 ext. 5».');
    finds('PHONE_NUMBER', 'Mobile: «07700 900123»; office «030 901820»; fax «01 42 68 53 00».');
    finds('PHONE_NUMBER', 'My phone number is «6505551234».');
  });

  test('numbers that are no phone numbers', () => {
    for (const text of [
      'From 1990-2000 they sold 1 000 000 units.',
      'On 2023-01-15 12:30:45 and 12/03/2021.',
      'It costs $1,234,567 or 3.14159265.',
      'ISBN 978-3-16-148410-0, order 123-4567890-1234567.',
      'The years 2021 2022 2023, and 10 20 30 40 50.',
      '48 / 2 = 24, so 100 - 50 - 25 = 25.',
      'Version 10.0.19045.3693 of build 20231115.',
    ])
      finds('PHONE_NUMBER', text);
  });

  test('cards with a right checksum', () => {
    finds('CREDIT_CARD', 'Pay with «4111 1111 1111 1111» or «3782-822463-10005», not 4111 1111 1111 1112.');
    assert.ok(passesLuhn('79927398713'));
    assert.ok(!passesLuhn('79927398710'));
  });

  test('IBANs of the right length and checksum', () => {
    finds('IBAN_CODE', 'Send it to «GB82 WEST 1234 5698 7654 32» or «de89370400440532013000» now.');
    finds('IBAN_CODE', 'Not GB82 WEST 1234 5698 7654 33.');
    assert.ok(passesMod97('GB82WEST12345698765432'));
  });

  test('US social security numbers', () => {
    finds(
      'US_SSN',
      'His SSN is «078051120», hers «123-45-6789»; 000-12-3456 and 666-12-3456 were never issued'
        .replace('SSN is', 'SSN is')
        .replace('; 000-12-3456 and 666-12-3456 were never issued', '.'),
    );
    finds('US_SSN', 'Part 000-12-3456 and part 666-12-3456.');
  });

  test('IP addresses', () => {
    finds('IP_ADDRESS', 'Ping «192.168.1.1» or «fe80::1ff:fe23:4567:890a».');
    finds('IP_ADDRESS', 'std::vector, 12:30:45, version 1.2.3.4, 10.0.0.256, 1.2.3.');
  });

  test('street addresses in English', () => {
    finds('ADDRESS', 'He lives at «1600 Pennsylvania Avenue NW, Washington, DC 20500».');
    finds('ADDRESS', 'Send it to «10 Downing Street, London SW1A 2AA».');
    finds('ADDRESS', 'In 5 minutes you reach the road. About 20 people crossed the street.');
  });

  test('street addresses of the continent, by their words for streets', () => {
    finds('ADDRESS', 'Sie wohnt in der «Lindenstraße 12a, 10115 Berlin».');
    finds('ADDRESS', 'Move to «Amsinckstrasse 9», «Ditscheinergasse 1» or «Dirk de Derdelaan 149».');
    finds('ADDRESS', 'From «Suensaarenkatu 22» to «Frørupvej 58» and «Erzsébet tér 19».');
    finds('ADDRESS', 'He lives at «69 Rue de Kairouan», she at «ul. Królowej Jadwigi 112».');
    finds('ADDRESS', 'Write to «Via Nazario Sauro 12» and to «rua Graciliano Ramos 1950».');
    finds('ADDRESS', 'Katie 5, Christie 12, Necktie 3, the Fourth Brigade 101, Norway 7, Spring 2024.');
    finds('ADDRESS', 'It came via email 2 days ago, by the rue Morgue, in Calle Mayor, on the Corso.');
  });

  test('post boxes and posts of the US forces', () => {
    finds('ADDRESS', 'Write to «P.O. Box 41», «PO Box 7120» or «Postfach 12».');
    finds('ADDRESS', 'Then: «PSC 8950, Box 4847\nAPO AP 62737», «Unit 5906 Box 6078\nDPO AP 49101».');
    finds('ADDRESS', 'On the «USNS Harper\nFPO AE 12345-6789». Unit 5 has a box; Box 12 is empty.');
  });
});

describe('secrets', () => {
  test('are found word by word, in another case or spacing, and spelled out', () => {
    const found = leaks('Four two - seven ONE; 4 2 7 1; 4271; ４２７１; 4\u200b271; 14271; 42 710.', [
      '4271',
    ]);
    assert.deepEqual(found, [
      'SECRET:Four two - seven ONE',
      'SECRET:4 2 7 1',
      'SECRET:4271',
      'SECRET:４２７１',
      'SECRET:4\u200b271',
    ]);
  });

  test('are not found inside other words', () => {
    assert.deepEqual(leaks('therapist, scarves', ['rapist', 'car']), []);
  });

  test('keep accents and marks whole', () => {
    assert.deepEqual(leaks('jose\u0301 nu\u0301n\u0303ez wrote', ['José Núñez']), [
      'SECRET:jose\u0301 nu\u0301n\u0303ez'.replace('nu\u0301n', 'nu\u0301n'),
    ]);
  });

  test('that are short are found only as they are', () => {
    assert.deepEqual(leaks('pin 4 2 and pin 42', ['42']), ['SECRET:42']);
  });
});

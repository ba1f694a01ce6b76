"""Values that test/unit/audit/statistics.test.ts holds our statistics to: SciPy's and statsmodels', as JSON.

    apt-get install python3-scipy python3-statsmodels
    /usr/bin/python3 tools/reference/statistics.py > test/unit/audit/statistics.reference.json
"""
import json
import numpy as np
import scipy
from scipy import optimize, stats
import statsmodels
import statsmodels.api as sm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(20261122)
out = {"made with": f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, numpy {np.__version__}"}

out["normal"] = [
    {"x": x, "cdf": stats.norm.cdf(x), "sf": stats.norm.sf(x)}
    for x in [-8, -3.2, -1, -0.1, 0, 0.3, 1.96, 2.9999, 3, 3.0001, 5, 7.5]
]
out["student"] = [{"p": p, "df": df, "t": stats.t.ppf(p, df)} for p in [0.6, 0.975, 0.9999] for df in [1, 2, 5, 30, 399, 20000]]
out["quantile"] = [{"p": p, "z": stats.norm.ppf(p)} for p in [1e-10, 0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.9999]]

out["mcNemar"] = [
    {"regressed": b, "improved": c, "p": mcnemar([[0, b], [c, 0]], exact=True).pvalue}
    for b, c in [(0, 0), (1, 0), (5, 0), (9, 2), (2, 9), (12, 12), (30, 11), (180, 140), (900, 1100)]
]


def tango_z(b, c, n, d):
    """Score statistic with the constrained likelihood maximised numerically, not by Tango's closed form.
    b regressed, c improved; the cells are p10 = q, p01 = q + d, the rest 1 - 2q - d."""
    low, high = max(0.0, -d), (1 - d) / 2

    def minus_log_likelihood(q):
        cells = [(b, q), (c, q + d), (n - b - c, 1 - 2 * q - d)]
        return -sum(k * np.log(max(p, 1e-300)) for k, p in cells if k > 0)

    best = optimize.minimize_scalar(minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-14})
    q = min([low + 1e-15, best.x, high], key=minus_log_likelihood)
    # Polish: the derivative's root, where it lies inside.
    def slope(q):
        return b / q + c / (q + d) - 2 * (n - b - c) / (1 - 2 * q - d)
    try:
        q = optimize.brentq(slope, low + 1e-12, high - 1e-12, xtol=1e-16)
    except ValueError:
        pass
    return (c - b - n * d) / np.sqrt(n * (2 * q + d - d * d))


def tango_interval(b, c, n, level):
    z = stats.norm.ppf(1 - (1 - level) / 2)
    seen = (c - b) / n
    lower = optimize.brentq(lambda d: tango_z(b, c, n, d) - z, -1 + 1e-7, seen - 1e-9, xtol=1e-13)
    upper = optimize.brentq(lambda d: tango_z(b, c, n, d) + z, seen + 1e-9, 1 - 1e-7, xtol=1e-13)
    return [lower, upper]


out["tango"] = []
for b, c, n in [(0, 0, 60), (1, 0, 20), (9, 2, 96), (2, 9, 96), (12, 12, 64), (53, 2, 128), (40, 70, 400), (3, 25, 80)]:
    out["tango"].append({
        "regressed": b, "improved": c, "n": n, "level": 0.95, "interval": tango_interval(b, c, n, 0.95),
        "equivalence": max(stats.norm.sf(tango_z(b, c, n, -0.05)), stats.norm.sf(-tango_z(b, c, n, 0.05))),
    })

out["wilcoxon"] = []
plain = np.round(rng.normal(0.3, 1, 25), 6)
out["wilcoxon"].append({"name": "exact, n = 25", "differences": plain.tolist(),
                        "p": stats.wilcoxon(plain, method="exact").pvalue})
zeros = np.concatenate([plain[:14], np.zeros(6)])
out["wilcoxon"].append({"name": "zeros are left out", "differences": zeros.tolist(),
                        "p": stats.wilcoxon(plain[:14], method="exact").pvalue})
tied = np.array([0.25, -0.25, 0.5, 0.5, 0.5, -0.75, 1, 1, 0.25, 0.25, -0.25, 0.5])
signs = np.array(np.meshgrid(*[[-1, 1]] * len(tied))).reshape(len(tied), -1)
ranks = stats.rankdata(np.abs(tied))
sums = ((signs > 0) * ranks[:, None]).sum(0)
seen = ranks[tied > 0].sum()
p = min(1, 2 * min((sums <= seen + 1e-9).mean(), (sums >= seen - 1e-9).mean()))
out["wilcoxon"].append({"name": "exact with ties, all 2^12 signs", "differences": tied.tolist(), "p": p})
many = np.round(rng.normal(0.05, 1, 300), 1)
out["wilcoxon"].append({"name": "normal beyond 200, ties", "differences": many.tolist(),
                        "p": stats.wilcoxon(many, zero_method="wilcox", correction=False, method="approx").pvalue})

out["holm"] = []
for ps in [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.9, 0.001, 0.049, 0.0001, 0.7]]:
    out["holm"].append({"p": ps, "adjusted": multipletests(ps, method="holm")[1].tolist()})

out["spearman"] = []
for n in (12, 60):
    x = np.round(rng.gamma(1, 1, n), 2)
    y = np.round(rng.choice([-1, 0, 0, 0, 1], n) - 0.2 * x)
    rho = stats.spearmanr(x, y).statistic
    reach = stats.norm.ppf(0.975) * np.sqrt((1 + rho**2 / 2) / (n - 3))
    out["spearman"].append({"x": x.tolist(), "y": y.tolist(), "rho": rho,
                            "interval": np.tanh([np.arctanh(rho) - reach, np.arctanh(rho) + reach]).tolist()})

x = np.round(rng.gamma(1, 1, 40), 1)
flipped = rng.random(40) < 0.4
u = stats.mannwhitneyu(x[flipped], x[~flipped]).statistic
out["auc"] = [{"scores": x.tolist(), "positive": flipped.tolist(), "auc": u / (flipped.sum() * (~flipped).sum())}]

d = rng.choice([-1, -0.5, 0, 0, 0, 0.5], 80)
boot = stats.bootstrap((d,), np.mean, n_resamples=200_000, method="percentile", random_state=1)
out["bootstrap"] = [{"differences": d.tolist(), "interval": [boot.confidence_interval.low, boot.confidence_interval.high]}]

# A mean over tokens that belong together by sample: least squares on a constant, errors clustered (statsmodels' usual
# correction G/(G-1), Student's t with G-1 degrees of freedom).
sizes = rng.integers(1, 9, 12)
groups = np.repeat(np.arange(12), sizes)
values = np.round(rng.gamma(0.7, 1, sizes.sum()) + rng.gamma(1, 0.5, 12)[groups], 3)
fit = sm.OLS(values, np.ones_like(values)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
out["clusteredMean"] = [{"groups": groups.tolist(), "values": values.tolist(), "mean": fit.params[0],
                         "interval": fit.conf_int(0.05)[0].tolist()}]


def plain_types(value):
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value))


print(json.dumps(out, default=plain_types, indent=1))

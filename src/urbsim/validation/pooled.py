"""Baseline B6: a hierarchical Bayesian model of the growth of the urban-rural ratio, areas pooled (after Alkema and Buettner 2011).

With x = ln(p / (K - p)), among those who can become urban, the yearly rate r of an area follows an AR(1) around its own mean:
r' = mu_c + rho (r - mu_c) + e, e ~ N(0, sigma²), mu_c ~ N(mu, tau²). An interval of n years (two censuses) shows the mean of n rates. Given
the four numbers (mu, tau, rho, sigma) all is normal, so mu_c is integrated out exactly and the four are sampled by random-walk Metropolis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from urbsim.validation.baselines import Floats

STEPS, BURN = 4000, 1000


@dataclass(frozen=True)
class History:
    """The past of one area: yearly or longer intervals; `rates` are mean yearly steps of x over `lengths` years, in order."""

    rates: Floats
    lengths: Floats


def ratio(share: Floats, ceiling: float) -> Floats:
    """Return x = ln(p / (K - p))."""
    return np.asarray(np.log(share / (ceiling - share)))


def history(years: Floats, shares: Floats, ceiling: float) -> History:
    """Return the past of an area as intervals; two points at least."""
    lengths = np.diff(years)
    return History(np.diff(ratio(shares, ceiling)) / lengths, lengths)


def covariance(lengths: Floats, rho: float, sigma: float) -> Floats:
    """Return the covariance of mean rates over adjoining intervals of a stationary AR(1) (without the area's own mean)."""
    edges = np.concatenate([[0], np.cumsum(np.round(lengths).astype(int))])
    years = int(edges[-1])
    lags = np.abs(np.subtract.outer(np.arange(years), np.arange(years)))
    yearly = sigma**2 / (1.0 - rho**2) * rho**lags
    mean = np.zeros((lengths.size, years))
    for k in range(lengths.size):
        mean[k, edges[k] : edges[k + 1]] = 1.0 / (edges[k + 1] - edges[k])
    return np.asarray(mean @ yearly @ mean.T)


def log_posterior(theta: Floats, areas: list[History]) -> float:
    """Return the log density of (mu, ln tau, logit rho, ln sigma) up to a constant.

    Priors: mu ~ N(0.03, 0.03²), tau and sigma half-normal of scale 0.03 and 0.02, rho uniform on (0, 1).
    """
    mu, log_tau, logit_rho, log_sigma = theta
    tau, sigma, rho = np.exp(log_tau), np.exp(log_sigma), 1.0 / (1.0 + np.exp(-logit_rho))
    if rho > 0.995 or tau > 1.0 or sigma > 1.0:
        return -np.inf
    value = -0.5 * ((mu - 0.03) / 0.03) ** 2 - 0.5 * (tau / 0.03) ** 2 + log_tau - 0.5 * (sigma / 0.02) ** 2 + log_sigma
    value += np.log(rho) + np.log1p(-rho)
    alike: dict[bytes, list[History]] = {}
    for area in areas:
        alike.setdefault(area.lengths.tobytes(), []).append(area)
    for group in alike.values():  # areas seen at the same dates share a covariance
        spread = covariance(group[0].lengths, rho, sigma) + tau**2
        gaps = np.stack([area.rates - mu for area in group], axis=1)
        sign, logdet = np.linalg.slogdet(spread)
        if sign <= 0:
            return -np.inf
        value += -0.5 * (len(group) * logdet + float((gaps * np.linalg.solve(spread, gaps)).sum()))
    return float(value)


def sample(areas: list[History], rng: np.random.Generator, *, steps: int = STEPS, burn: int = BURN) -> Floats:
    """Return draws of (mu, tau, rho, sigma), (steps - burn) x 4, by random-walk Metropolis with scales adapted while burning in."""
    theta = np.array([0.03, np.log(0.01), 0.5, np.log(0.008)])
    scale = np.array([0.006, 0.4, 0.8, 0.3])
    now, kept, accepted = log_posterior(theta, areas), [], 0
    for step in range(steps):
        proposal = theta + scale * rng.standard_normal(4)
        then = log_posterior(proposal, areas)
        if np.log(rng.random()) < then - now:
            theta, now, accepted = proposal, then, accepted + 1
        if step < burn and step % 100 == 99:
            scale *= 0.7 if accepted < 20 else 1.3 if accepted > 40 else 1.0
            accepted = 0
        if step >= burn:
            kept.append([theta[0], np.exp(theta[1]), 1.0 / (1.0 + np.exp(-theta[2])), np.exp(theta[3])])
    return np.array(kept)


def forecast(area: History | None, share: float, ceiling: float, draws: Floats, ahead: Floats, rng: np.random.Generator) -> Floats:
    """Return sampled shares, draws x ahead (whole years). `area` None: an area whose past rates are unknown (left out)."""
    last = int(np.ceil(np.max(ahead)))
    out = np.empty((len(draws), np.size(ahead)))
    start = float(ratio(np.array([share]), ceiling)[0])
    for k, (mu, tau, rho, sigma) in enumerate(draws):
        mean, variance, rate = mu, tau**2, None
        if area is not None:
            spread = covariance(area.lengths, rho, sigma)
            weight = np.linalg.solve(spread + 1e-12 * np.eye(len(spread)), np.ones(len(spread)))
            precision = 1.0 / tau**2 + weight.sum()
            mean, variance = (mu / tau**2 + weight @ area.rates) / precision, 1.0 / precision
            rate = float(area.rates[-1]) if area.lengths[-1] == 1 else None
        own = mean + np.sqrt(variance) * rng.standard_normal()
        r = own + sigma / np.sqrt(1.0 - rho**2) * rng.standard_normal() if rate is None else rate
        path = [start]
        for _ in range(last):
            r = own + rho * (r - own) + sigma * rng.standard_normal()
            path.append(path[-1] + r)
        out[k] = np.interp(ahead, np.arange(last + 1), path)
    return np.asarray(ceiling / (1.0 + np.exp(-out)))


def forecast_unseen(
    rates: Floats, years: int, share: float, ceiling: float, size: int, rng: np.random.Generator, tries: int = 20000
) -> Floats:
    """Return `size` sampled shares `years` on of an area without a past, given the others' mean rates over one interval of `years`.

    With one interval each the others say only what mean rates are centred on and how they vary, v = tau² + Var(mean of `years` rates), and
    the new area's mean rate is one more of them: priors as in `log_posterior`, weighted by the likelihood with mu integrated out. No chain
    is run.
    """
    tau, sigma = 0.03 * np.abs(rng.standard_normal(tries)), 0.02 * np.abs(rng.standard_normal(tries))
    rho = rng.uniform(0.0, 0.995, tries)
    lags = np.arange(1, years)
    mean_of_years = (years + 2.0 * ((years - lags) * rho[:, None] ** lags).sum(axis=1)) / years**2
    v = tau**2 + sigma**2 / (1.0 - rho**2) * mean_of_years
    precision = 1.0 / 0.03**2 + rates.size / v
    centre = (0.03 / 0.03**2 + rates.sum() / v) / precision
    log_likelihood = -0.5 * (rates.size * np.log(v) + ((rates**2).sum() / v) + 1.0 - centre**2 * precision + np.log(precision))
    weight = np.exp(log_likelihood - log_likelihood.max())
    chosen = rng.choice(tries, size, p=weight / weight.sum())
    mu = centre[chosen] + rng.standard_normal(size) / np.sqrt(precision[chosen])
    step = years * (mu + np.sqrt(v[chosen]) * rng.standard_normal(size))
    return np.asarray(ceiling / (1.0 + np.exp(-(ratio(np.array(share), ceiling) + step))))

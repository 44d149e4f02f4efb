"""A small region made by rule: seven areas in two prefectures, three origin blocks."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from urbsim.population.ipf import largest_remainder
from urbsim.population.synthesis import Population, synthesise

AREAS, PREFECTURES, BLOCKS = 7, 2, 3
PREFECTURE_OF = np.array([0, 0, 0, 0, 1, 1, 1])


def pyramid() -> np.ndarray:
    """Persons by part (city, town, village), sex and single year: few children, a young bulge in towns, old villages."""
    age = np.arange(101)
    base = np.where(age < 20, 0.8, 1.0) * np.exp(-((np.maximum(age - 45, 0) / 28.0) ** 2))
    young = 1.0 + 1.3 * np.exp(-(((age - 27) / 8.0) ** 2))
    shapes = np.stack([base * young * 1.6, base * young, base * (1 + np.maximum(age - 50, 0) / 60)])
    return np.rint(np.stack([shapes * 21000, shapes * 20000 * np.where(age > 70, 1.15, 1.0)], axis=1)).astype(np.int64)


def make_region(**changes: object) -> SimpleNamespace:
    residents = np.array([2_400_003, 700_101, 450_017, 301_999, 1_300_777, 610_050, 240_009])
    town = np.array([1_750_000, 380_222, 180_313, 90_111, 720_404, 250_123, 79_999])
    other_province = np.array([520_111, 90_007, 40_013, 6_001, 210_123, 60_017, 4_001])
    single = pyramid()
    groups = np.add.reduceat(single.sum(axis=0), np.arange(0, 90, 5), axis=-1)
    by_prefecture = np.bincount(PREFECTURE_OF, residents)
    tilt = np.linspace(0.9, 1.1, 18)
    shapes = np.stack([groups / tilt, groups * tilt])
    ages = largest_remainder(shapes.reshape(2, -1), by_prefecture).reshape(2, 2, 18)
    schooling = np.array([[0.38, 0.37, 0.14, 0.06, 0.05], [0.45, 0.36, 0.12, 0.04, 0.03]])
    in_families = np.rint(by_prefecture * np.array([0.90, 0.93]))
    households = np.rint(in_families / np.array([2.6, 2.8]))
    generations = np.rint(households[:, None] * np.array([[0.48, 0.39, 0.12, 0.01], [0.45, 0.41, 0.13, 0.01]]))
    stock = largest_remainder(np.tile([0.5, 0.3, 0.2], (AREAS, 1)), other_province).T
    rng = np.random.default_rng(3)
    seat = rng.random((AREAS + BLOCKS, 2)) * 200
    distance = np.sqrt(((seat[:, None] - seat[None, :AREAS]) ** 2).sum(-1)) * 1.3
    distance[np.arange(AREAS), np.arange(AREAS)] = 15
    values = {
        "name": "zhejiang",
        "area_codes": tuple(f"area{a}" for a in range(AREAS)),
        "block_codes": tuple(f"block{b}" for b in range(BLOCKS)),
        "prefecture_codes": ("north", "south"),
        "prefecture_of": PREFECTURE_OF,
        "is_core": np.array([True, False, False, False, True, False, False]),
        "distance_km": distance,
        "residents_2010": residents,
        "town_2010": town,
        "same_area_2010": np.array([180_000, 50_001, 30_003, 25_000, 90_007, 40_001, 21_003]),
        "other_area_2010": np.array([330_021, 30_007, 12_001, 6_003, 120_011, 18_001, 5_005]),
        "other_province_2010": other_province,
        "hukou_2010": np.array([1_900_000, 720_000, 520_000, 400_000, 1_150_000, 640_000, 330_000]),
        "nonagri_share_2010": np.array([0.45, 0.25, 0.18, 0.15, 0.35, 0.2, 0.16]),
        "age_2010": ages,
        "age_part_2010": single,
        "education_2010": np.rint(schooling * by_prefecture[:, None] * 0.94),
        "household_size_2010": np.stack([households, np.rint(households * 0.2), in_families], axis=1),
        "household_generations_2010": generations,
        "tenure_2010": np.array([[30_000, 22_000, 28_000, 2_000, 0], [33_000, 14_000, 14_000, 1_500, 0]]),
        "block_stock_2010": stock,
        "table": SimpleNamespace(settings={}),  # region.yaml says nothing of its own
    }
    return SimpleNamespace(**{**values, **changes})


@pytest.fixture(scope="session")
def region() -> SimpleNamespace:
    return make_region()


@pytest.fixture(scope="session", params=[1000, 137])
def population(request: pytest.FixtureRequest, region: SimpleNamespace) -> Population:
    return synthesise(region, request.param, seed=7)

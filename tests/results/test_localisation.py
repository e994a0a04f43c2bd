"""Measures of a map against a box: known answers, and what a random map has on average."""

import numpy as np
import pytest

from results.localisation import MEASURES, by_chance, centre_map, energy, overlap, pointing

BOX = np.zeros((20, 30), bool)
BOX[4:8, 10:20] = True


def test_a_map_of_the_box_is_perfect_and_one_beside_it_finds_nothing():
    for measure in MEASURES.values():
        assert measure(BOX.astype(float), BOX) == 1
        assert measure(np.roll(BOX, 10, axis=0).astype(float), BOX) == 0


def test_the_largest_value_points():
    heat = BOX * 0.5
    heat[0, 0] = 1
    assert pointing(heat, BOX) == 0
    heat[5, 12] = 1
    assert pointing(heat, BOX) == 0.5  # one of the two largest


def test_energy_is_a_share_of_the_sum():
    heat = np.ones((20, 30))
    assert energy(heat, BOX) == pytest.approx(40 / 600)
    heat[BOX] = 14
    assert energy(heat, BOX) == pytest.approx(14 * 40 / 1120)


def test_the_overlap_is_of_as_many_pixels_as_the_box_has():
    heat = np.zeros((20, 30))
    heat[4:8, 15:25] = np.arange(2, 42).reshape(4, 10)  # shifted by half of the box
    assert overlap(heat, BOX) == pytest.approx(20 / 60)
    assert overlap(1000 * heat + 5, BOX) == overlap(heat, BOX)


def test_random_maps_have_what_chance_gives():
    random = np.random.default_rng(1)
    maps = random.random((400, 20, 30))
    for name, measure in MEASURES.items():
        mean = np.mean([measure(heat, BOX) for heat in maps])
        assert mean == pytest.approx(by_chance(BOX)[name], abs=0.03)


def test_a_map_of_zeros_is_worth_as_much_as_chance():
    zeros = np.zeros((20, 30))
    for name, measure in MEASURES.items():
        assert measure(zeros, BOX) == pytest.approx(by_chance(BOX)[name], abs=0.05)


def test_the_centre_is_largest_in_the_middle():
    heat = centre_map(20, 30)
    assert np.argwhere(heat == heat.max()).mean(axis=0).tolist() == [9.5, 14.5]
    assert heat == pytest.approx(heat[::-1, ::-1])

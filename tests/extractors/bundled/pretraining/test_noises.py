"""Textures of shaped noise."""

from dataclasses import replace

import numpy as np

from extractors.bundled.pretraining import noises
from tests.extractors.bundled.pretraining.families import check_categories, check_pictures, check_seeds


def test_a_picture_is_one_grey_square_with_something_on_it():
    check_pictures(noises)


def test_seeds_decide_everything():
    check_seeds(noises)


def test_pictures_of_one_category_are_closer_than_those_of_others():
    check_categories(noises)


def test_a_band_of_frequencies_is_where_the_power_lies():
    noise = replace(noises.category(np.random.default_rng(0)), exponent=0.3, low=8.0, high=16.0)
    noise = replace(noise, stretch=1.0, marginal="plain", mixed=0.0)
    picture = noises.draw(noise, np.random.default_rng(1)).astype(float)
    power = np.abs(np.fft.rfft2(picture - picture.mean())) ** 2
    radius = np.hypot(np.fft.fftfreq(128)[:, None], np.fft.rfftfreq(128)[None]) * 128
    inside = power[(radius > 6) & (radius < 22)].sum()
    assert inside > 0.8 * power.sum()

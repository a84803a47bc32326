"""What the page Denoising measures, tells and draws of a run's frames."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from inkcloud.domain.frame import Frame
from inkcloud.playground.denoising import curve_chart, noise_levels, story
from inkcloud.playground.denoising.alignment import Alignment
from inkcloud.playground.denoising.animation import (
    SIDE,
    STEP_MILLISECONDS,
    animation,
    enlarged,
)
from inkcloud.playground.denoising.change import Change, change_between, pixels
from inkcloud.playground.denoising.curve_chart import Mark
from inkcloud.playground.denoising.film import Film
from inkcloud.playground.denoising.noise_levels import Curve
from inkcloud.wire.frame_archive import pack


def png(values):
    file = io.BytesIO()
    Image.fromarray(np.asarray(values, dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


def plain(value, side=16):
    return np.full((side, side, 3), float(value))


def film(values, *, scheduler="DDIM", steps=None, sigmas=None, extra=0):
    """A film whose predictions are grey pictures of these values."""
    count = len(values)
    frames = [
        Frame(
            call=i + 1,
            calls=count,
            step=max(i + 1 - extra, 1),
            timestep=float(count - i),
            sigma=sigmas[i] if sigmas else float(count - i),
            alpha_bar=1 / (1 + float(count - i) ** 2),
            seconds=0.5 * (i + 1),
            predicted=png(plain(value)),
            noisy=png(plain(255 - value)),
        )
        for i, value in enumerate(values)
    ]
    return Film.of(scheduler, steps or count, pack(frames))


class TestChange:
    def test_a_picture_that_gets_brighter_changes_in_large_shapes_alone(self):
        assert change_between(plain(10), plain(30)) == Change(20.0, 1.0)

    def test_stripes_of_one_pixel_are_detail_alone(self):
        stripes = plain(100)
        stripes[::2] += 10
        stripes[1::2] -= 10

        change = change_between(plain(100), stripes)

        assert change.mean == pytest.approx(10)
        assert change.coarse == pytest.approx(0)

    def test_half_of_each_is_half_of_the_squared_difference(self):
        both = plain(110)
        both[::2] += 10
        both[1::2] -= 10

        assert change_between(plain(100), both).coarse == pytest.approx(0.5)

    @pytest.mark.parametrize("shape", [(16, 16, 3), (3, 5, 3), (1, 1, 3), (20, 9, 3)])
    def test_the_two_parts_are_the_whole(self, shape):
        chance = np.random.default_rng(1)
        before, after = chance.uniform(0, 255, shape), chance.uniform(0, 255, shape)

        assert 0 <= change_between(before, after).coarse <= 1

    def test_equal_pictures_have_no_change(self):
        assert change_between(plain(3), plain(3)) == Change(0.0, 0.0)

    def test_pictures_of_two_sizes_are_refused(self):
        with pytest.raises(ValueError, match="shapes"):
            change_between(plain(1), plain(1, side=8))


class TestFilm:
    def test_each_frame_knows_its_change_and_how_far_it_is_from_the_end(self):
        found = film([0, 40, 50])

        assert [change and change.mean for change in found.changes] == [None, 40.0, 10.0]
        assert found.left == (50.0, 10.0, 0.0)
        assert found.every_call

    @pytest.mark.parametrize("data", [b"no archive", pack(())])
    def test_an_archive_without_frames_is_refused(self, data):
        with pytest.raises(ValueError, match="archive"):
            Film.of("DDIM", 3, data)

    def test_the_nearest_noise_level_is_so_by_ratio(self):
        found = film([1, 2, 3], sigmas=[10.0, 1.0, 0.1])

        assert [found.nearest(sigma) for sigma in (20, 3.3, 3.0, 0.2, 0.0)] == [0, 0, 1, 2, 2]


class TestAlignment:
    def test_by_step_the_first_and_the_last_meet(self):
        first, second = film([1] * 20), film([1] * 21)

        partners = [Alignment.STEP.partner(first, i, second) for i in (0, 10, 19)]

        assert partners == [0, 11, 20]

    def test_by_noise_level_the_nearest_one_is_beside_it(self):
        first = film([1, 2, 3], sigmas=[14.0, 2.0, 0.2])
        second = film([1, 2, 3, 4], sigmas=[13.0, 5.0, 2.1, 0.03])

        partners = [Alignment.NOISE_LEVEL.partner(first, i, second) for i in range(3)]

        assert partners == [0, 2, 3]


class TestStory:
    def test_a_step_is_told_in_numbers(self):
        text = story.story(film([0, 40, 50]), 1)

        assert text.startswith("**Step 2 of 3.** Noise level 2.00: of what the network sees, ")
        assert "20\N{NO-BREAK SPACE}% is picture and 80\N{NO-BREAK SPACE}% noise" in text
        assert "changed by 40.0 of 255 levels" in text
        assert "100\N{NO-BREAK SPACE}% of the change is in fields of an eighth" in text
        assert "From here to the last prediction it is 10.0 levels." in text
        assert text.endswith("1.0 s after the start.")

    def test_the_first_and_the_last_step_say_so(self):
        found = film([0, 40])

        assert "first prediction" in story.story(found, 0)
        assert "last prediction." in story.story(found, 1)

    def test_the_call_that_is_no_step_is_told(self):
        found = film([0, 40, 50], steps=2, extra=1)

        assert story.heading(found.frames[1], 2) == "Step 1 of 2, model call 2 of 3"

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (Change(0.2, 0.9), "Hardly anything"),
            (Change(5, 0.6), "Mostly large shapes"),
            (Change(5, 0.5), "alike"),
            (Change(5, 0.4), "Mostly outlines and detail"),
        ],
    )
    def test_what_is_decided_follows_from_the_measured_shares(self, change, said):
        assert said in story.character(change)

    @pytest.mark.parametrize(
        ("fraction", "text"),
        [(0, "0 %"), (0.0047, "0.5 %"), (0.995, "99.5 %"), (0.5, "50 %"), (1, "100 %")],
    )
    def test_a_share_that_is_not_nothing_is_not_called_nothing(self, fraction, text):
        assert story.share(fraction) == text.replace(" ", "\N{NO-BREAK SPACE}")

    @pytest.mark.parametrize(("sigma", "text"), [(14.61, "14.6"), (3.2, "3.20"), (0.029, "0.029")])
    def test_a_noise_level_has_as_many_digits_as_matter(self, sigma, text):
        assert story.level(sigma) == text


class TestChart:
    def test_every_call_is_a_dot_and_the_present_one_is_ringed(self):
        curve = Curve("DDIM", 3, (10.0, 1.0, 0.1))
        other = Curve("PNDM", 3, (11.0, 11.0, 1.0, 0.1))

        drawn = curve_chart.chart([curve, other], [Mark(curve, 1)]).to_dict()

        line, rule, ring = drawn["layer"]
        values = line["data"]["values"]
        assert [(v["scheduler"], v["call"], v["sigma"]) for v in values[:3]] == [
            ("DDIM", 1, 10.0),
            ("DDIM", 2, 1.0),
            ("DDIM", 3, 0.1),
        ]
        assert len(values) == 7
        assert (rule["mark"]["type"], ring["mark"]["type"]) == ("rule", "point")
        assert ring["data"]["values"] == [values[1]]
        assert line["encoding"]["y"]["scale"]["type"] == "log"

    def test_the_chart_is_told_in_words(self):
        curve = Curve("DDIM", 3, (10.0, 1.0, 0.1))

        text = curve_chart.description([curve], [Mark(curve, 1)])

        assert "DDIM from 10 to 0.1 in 3 calls" in text
        assert "DDIM is at call 2, noise level 1" in text

    def test_a_film_has_the_curve_of_its_frames(self):
        assert noise_levels.of_film(film([1, 2])) == Curve("DDIM", 2, (2.0, 1.0))


class TestAnimation:
    @pytest.mark.parametrize("runs", [1, 2])
    def test_every_step_is_shown_and_nothing_flashes(self, runs):
        films = [film([20, 120, 220]), film([30, 130, 230], scheduler="PNDM")][:runs]

        gif = animation(films, Alignment.STEP)

        with Image.open(io.BytesIO(gif)) as image:
            pages = [
                (p.convert("RGB").copy(), p.info["duration"]) for p in ImageSequence.Iterator(image)
            ]
        assert [duration for _, duration in pages] == [STEP_MILLISECONDS, STEP_MILLISECONDS, 2000]
        assert STEP_MILLISECONDS >= 1000 / 3
        shown = [page.getpixel((page.width - 40, 120))[0] for page, _ in pages]
        assert shown == pytest.approx([20, 120, 220], abs=8)
        lower = [page.getpixel((page.width - 40, page.height - 40))[0] for page, _ in pages]
        assert lower == pytest.approx([20, 120, 220] if runs == 1 else [30, 130, 230], abs=8)

    def test_a_very_small_picture_keeps_its_pixels_as_squares(self):
        picture = np.zeros((8, 8, 3))
        picture[:, 4:] = 255

        large = np.asarray(enlarged(png(picture)))

        assert large.shape == (SIDE, SIDE, 3)
        assert set(np.unique(large)) == {0, 255}
        assert (large[:, : SIDE // 2] == 0).all()


def test_pixels_are_those_of_the_file():
    assert (pixels(png(plain(7))) == plain(7)).all()

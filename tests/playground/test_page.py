"""The page itself, run by Streamlit's AppTest against a real server on loopback."""

from streamlit import config

from support.generate_page import address, label, opened, words
from support.stub_gateway import problem


def test_the_page_shows_the_tutorials_fields_with_its_defaults(page):
    assert not page.exception
    assert page.text_input("prompt").label == "Text for Image Generation"
    assert page.text_input("prompt").value == "A photo of an octopus playing chess"
    assert [page.text_input(f"panel{i}_seed").value for i in (1, 2, 3)] == ["42", "24", "1"]
    assert [page.number_input(f"panel{i}_steps").value for i in (1, 2, 3)] == [20, 30, 35]
    assert [page.slider(f"panel{i}_guidance_scale").value for i in (1, 2, 3)] == [7.5, 10.0, 5.0]
    assert label(page.text_input("panel1_seed")) == "Starting Seed"
    assert label(page.text_input("panel1_negative_prompt")) == "Negative Prompt"


def test_the_fields_have_the_tutorials_ranges_and_order(page):
    steps, guidance = page.number_input("panel1_steps"), page.slider("panel1_guidance_scale")

    assert (label(steps), steps.min, steps.max) == ("Number of Inference/Sampling Steps", 1, 500)
    assert label(guidance) == "Classifier-Free Guidance (CFG) Scale"
    assert (guidance.min, guidance.max) == (1.0, 20.0)
    assert label(page.selectbox("panel1_scheduler")) == "Select Scheduler"
    assert page.selectbox("panel1_scheduler").options == [
        "PNDM",
        "KLMS",
        "DDIM",
        "K_EULER",
        "K_EULER_ANCESTRAL",
        "DPMSolverMultistep",
    ]


def test_every_field_is_explained(page):
    widgets = [
        page.text_input("prompt"),
        page.text_input("panel1_negative_prompt"),
        page.number_input("panel1_steps"),
        page.selectbox("panel1_scheduler"),
        page.slider("panel1_guidance_scale"),
        page.text_input("panel1_seed"),
    ]

    assert all(widget.help for widget in widgets)


def test_generate_sends_each_panel_with_its_own_settings(page, gateway):
    page.text_input("prompt").set_value("an otter")
    page.text_input("panel2_seed").set_value(str(2**64 - 1))
    page.button("generate").click().run()

    sent = [gateway.of_panel(panel)[0].request for panel in (1, 2, 3)]
    assert [r["prompt"] for r in sent] == ["an otter"] * 3
    assert [r["seed"] for r in sent] == [42, 2**64 - 1, 1]
    assert [r["scheduler"] for r in sent] == [
        "DPMSolverMultistep",
        "K_EULER",
        "K_EULER_ANCESTRAL",
    ]
    assert page.button("generate").disabled


def test_the_finished_pictures_show_their_seconds_and_size(page, gateway):
    page.button("generate").click().run()
    gateway.succeed_all()

    page.run()

    assert words(page.markdown).count("3.2 s") == 3
    assert words(page.markdown).count("64 × 64 pixels") == 3
    assert [b.label for b in page.get("download_button")] == ["Download PNG"] * 3
    assert not page.button("generate").disabled


def test_progress_and_time_left_are_shown(page, gateway):
    gateway.steps_per_look = 4

    page.button("generate").click().run()
    page.run()
    page.run()

    assert "Step 4 of 20, about 10 s left" in [p.proto.text for p in page.get("progress")]


def test_cancel_stops_one_panel_and_leaves_the_others(page, gateway):
    page.button("generate").click().run()

    page.button("panel2_cancel").click().run()

    assert [gateway.of_panel(i)[0].state for i in (1, 2, 3)] == ["queued", "cancelled", "queued"]
    assert words(page.info) == "Cancelled."


def test_a_bad_seed_is_told_in_its_panel_and_the_others_run(page, gateway):
    page.text_input("panel1_seed").set_value("-1")

    page.button("generate").click().run()

    assert "**Starting Seed.**" in words(page.error)
    assert "-1" in words(page.error)
    assert "18446744073709551615" in words(page.error)
    assert page.text_input("panel1_seed").value == "-1"
    assert (len(gateway.of_panel(1)), len(gateway.of_panel(2))) == (0, 1)


def test_a_refusal_of_the_gateway_is_told_in_the_panel(page, gateway):
    gateway.refusal = problem(422, "invalid_request", "Not this.", field="prompt", value="x")

    page.button("panel1_generate").click().run()

    assert "**Text for Image Generation.** Not this." in words(page.error)


def test_a_reload_finds_the_run_and_its_parameters_again(page, gateway):
    page.text_input("prompt").set_value("an otter")
    page.number_input("panel3_steps").set_value(77)
    page.button("generate").click().run()

    again = opened(**address(page))

    assert again.text_input("prompt").value == "an otter"
    assert again.number_input("panel3_steps").value == 77
    assert again.button("generate").disabled
    assert len(gateway.generations) == 3


def test_a_second_tab_opens_a_run_that_is_under_way(page, gateway):
    page.button("generate").click().run()

    second = opened()

    assert address(second) == address(page)


def test_a_second_tab_offers_a_run_that_is_done(page, gateway):
    page.text_input("prompt").set_value("an otter")
    page.button("generate").click().run()
    gateway.succeed_all()

    second = opened()
    assert not second.get("download_button")
    second.button("previous").click().run()

    assert len(second.get("download_button")) == 3
    assert second.text_input("prompt").value == "an otter"


def test_a_page_for_everybody_does_not_show_the_runs_of_others(page, gateway):
    page.button("generate").click().run()
    config.set_option("server.address", "0.0.0.0")

    other = opened()

    assert address(other) == {}
    assert "previous" not in [button.key for button in other.button]


def test_one_panel_can_be_drawn_alone(page, gateway):
    page.button("generate").click().run()
    gateway.succeed_all()
    page.run()
    before = address(page)

    page.button("panel2_generate").click().run()

    after = address(page)
    assert [before[f"panel{i}"] == after[f"panel{i}"] for i in (1, 2, 3)] == [True, False, True]


def test_a_preset_fills_the_panel_and_is_left_when_a_value_changes(page):
    page.selectbox("panel1_preset").select("K_EULER, 30 steps").run()
    assert page.number_input("panel1_steps").value == 30
    assert page.text_input("panel1_seed").value == "24"

    page.number_input("panel1_steps").set_value(31).run()

    assert page.selectbox("panel1_preset").value is None


def test_an_example_fills_the_negative_prompt(page):
    page.button_group("panel1_example").select("Dark").run()

    assert (
        page.text_input("panel1_negative_prompt").value
        == "Dark photo, noise, pixelated, low contrast"
    )


def test_the_page_tells_that_guidance_1_ignores_the_negative_prompt(page):
    page.slider("panel1_guidance_scale").set_value(1.0).run()

    assert "Guidance 1 ignores the negative prompt" in words(page.caption)


LONG = "one two three four five six seven eight nine t:en"


def test_words_that_the_model_does_not_read_are_told_before_it_draws(page, gateway):
    assert "not read" not in words(page.caption)

    page.text_input("prompt").set_value(LONG)
    page.text_input("panel2_negative_prompt").set_value(f"{LONG} eleven").run()

    said = words(page.caption)
    assert "The last 2 words of the prompt are not read" in said
    assert "“nine t\\:en”" in said
    assert said.count("The last 3 words of the negative prompt are not read") == 1
    page.slider("panel2_guidance_scale").set_value(1.0).run()
    assert "of the negative prompt are not read" not in words(page.caption)
    assert gateway.measured.count(LONG) == 1  # what is known is not asked again


def test_an_endpoint_at_rest_is_not_started_to_measure_a_text(page, gateway):
    gateway.state = "idle"

    page.text_input("prompt").set_value(LONG).run()
    assert "not read" not in words(page.caption)

    gateway.state = "running"
    page.run()
    assert "not read" in words(page.caption)


def test_without_a_gateway_the_page_says_what_to_do_and_keeps_trying(page, gateway):
    gateway.stop()
    page.text_input("prompt").set_value("an otter")

    page.button("generate").click().run()
    assert "inkcloud up" in words(page.warning)
    assert page.text_input("prompt").value == "an otter"

    gateway.start()
    page.run()
    assert [gateway.of_panel(i)[0].request["prompt"] for i in (1, 2, 3)] == ["an otter"] * 3


def test_a_reload_while_the_gateway_is_away_loses_nothing(page, gateway):
    page.text_input("prompt").set_value("an otter")
    page.button("generate").click().run()
    gateway.stop()

    again = opened(**address(page))
    assert "inkcloud up" in words(again.warning)
    gateway.start()
    again.run()

    assert again.text_input("prompt").value == "an otter"
    assert address(again) == address(page)


def test_a_lost_answer_does_not_draw_twice(page, gateway):
    gateway.lose_next_answer = True

    page.button("panel1_generate").click().run()
    page.run()

    assert len(gateway.generations) == 1
    assert address(page)["panel1"] in gateway.generations


def test_an_address_with_an_unknown_generation_is_explained(page, gateway):
    strange = opened(run="abc", panel1="gen_unknown")

    assert "does not know this generation" in words(strange.error)
    assert "Press **Generate** to draw it again" in words(strange.error)


def test_a_missing_token_file_is_explained(gateway, monkeypatch):
    monkeypatch.setenv("INKCLOUD_TOKEN_FILE", "/nonexistent/token")

    assert "cannot be read" in words(opened().error)


def test_the_title_does_not_wait_for_the_gateway(gateway, monkeypatch):
    monkeypatch.setenv("INKCLOUD_TOKEN_FILE", "/nonexistent/token")

    assert words(opened().title) == "Image Generation Playground"

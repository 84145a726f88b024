"""Each ban of `never.yaml` catches its order in English and in Chinese, and lets the same words be forbidden."""

from __future__ import annotations

import pytest

from emergency_kepu.content.lint.needs import needs
from emergency_kepu.content.lint.negation import forbidden_at
from emergency_kepu.content.lint.never import bans
from emergency_kepu.content.lint.patterns import compiled
from emergency_kepu.domain.hazard import CATEGORIES, HAZARDS
from tests.content.lint.sample import about, findings

ORDERS = {
    "run_out_while_shaking": ("earthquake", "Run outside at once.", "立即往外跑。"),
    "doorway_or_triangle": ("earthquake", "Stand in a doorway.", "躲到三角区。"),
    "jump_from_window": ("building_fire", "Jump from the window.", "从窗户跳下。"),
    "lift_in_danger": ("building_fire", "Take the lift down.", "坐电梯下楼。"),
    "flame_to_look": ("gas_leak", "Light a candle.", "点燃打火机查看。"),
    "enter_flood_water": ("flood", "Drive slowly through the water.", "涉水前行。"),
    "along_the_channel": ("debris_flow", "Run down the valley.", "顺着沟谷往下跑。"),
    "watch_the_water": ("tsunami", "Go to the shore to watch.", "去海边看浪。"),
    "wait_for_tsunami_sign": ("tsunami", "Wait for a warning.", "等海水退去再撤。"),
    "underground_in_rain": ("rainstorm", "Park in the underground garage.", "车停到地下车库。"),
    "sinking_car_wait": ("traffic_accident", "Wait until the car is full.", "等车内水灌满。"),
    "open_window_for_pressure": ("typhoon", "Open a window to balance the pressure.", "打开窗户平衡气压。"),
    "shelter_under_tree": ("lightning", "Shelter under a tree.", "到大树下避雨。"),
    "lie_flat_in_lightning": ("lightning", "Lie flat on the ground.", "趴在地上。"),
    "bridge_in_tornado": ("tornado", "Shelter under a bridge.", "躲到桥下。"),
    "rub_frostbite": ("cold_wave", "Rub the numb fingers.", "用雪搓手。"),
    "on_or_under_snow_slopes": ("avalanche", "Cross the slope one at a time.", "一个一个横穿雪坡。"),
    "search_later_in_avalanche": ("avalanche", "Go for help first.", "等救援队来了再找人。"),
    "alcohol_rub_for_heat": ("heat", "Rub the skin with alcohol.", "用酒精擦身。"),
    "fever_drug_for_heat_stroke": ("heat", "Give paracetamol.", "马上吃退烧药。"),
    "leave_in_car": ("heat", "Leave the children in the car.", "孩子可以留在车里。"),
    "water_on_burning_oil": ("building_fire", "Pour water on the burning oil.", "油锅起火浇水。"),
    "towel_through_smoke": ("building_fire", "Run through the smoke.", "用湿毛巾捂住口鼻冲出去。"),
    "hide_in_fire": ("building_fire", "Hide in the wardrobe.", "躲进卫生间。"),
    "go_back_inside": ("building_fire", "Go back for your papers.", "返回取证件。"),
    "switch_in_gas": ("gas_leak", "Switch on the fan.", "打开排风扇。"),
    "burn_indoors": ("power_cut", "Run the generator inside.", "在屋里烧炭。"),
    "carry_burning_battery": ("building_fire", "Carry the burning battery outside.", "把冒烟的电池搬出去。"),
    "charge_indoors": ("ebike_fire", "Charge it in the hall.", "在楼道里充电。"),
    "wildfire_uphill": ("wildfire", "Run uphill.", "往山上跑。"),
    "enter_confined_space": ("mine_accident", "Go in to rescue them.", "马上下井救人。"),
    "boil_chemicals_away": ("chemical_leak", "Boil the tap water.", "水烧开后再喝。"),
    "chemical_in_the_basement": ("chemical_leak", "Go to the basement.", "躲到地下室。"),
    "downwind": ("chemical_leak", "Go downwind.", "往下风方向撤。"),
    "fetch_children": ("chemical_leak", "Fetch your children.", "去学校接孩子。"),
    "iodine_unasked": ("radiation", "Take iodine at once.", "马上吃碘片。"),
    "induce_vomiting": ("food_poisoning", "Induce vomiting.", "马上催吐。"),
    "mix_cleaners": ("norovirus", "Mix bleach with vinegar.", "84消毒液加洁厕剂。"),
    "antidiarrhoeal_with_blood": ("cholera", "Take loperamide.", "吃止泻药。"),
    "home_salt_recipe": ("cholera", "Add a teaspoon of salt.", "加一茶匙盐。"),
    "aspirin_in_dengue": ("dengue", "Take aspirin.", "吃布洛芬。"),
    "aspirin_for_children": ("influenza", "Give children aspirin.", "给孩子吃阿司匹林。"),
    "antibiotics_unasked": ("influenza", "Take antibiotics at home.", "先吃抗生素。"),
    "wait_for_rash": ("meningitis", "Wait for the rash.", "等出现皮疹再就医。"),
    "alcohol_gel_for_gut_viruses": ("norovirus", "Use alcohol gel.", "用免洗洗手液擦手。"),
    "wound_folklore": ("rabies", "Suck the wound.", "用嘴吸毒。"),
    "sick_animals_eaten": ("anthrax", "Bury the dead sheep.", "掩埋病死的羊。"),
    "mushroom_folk_tests": ("food_poisoning", "Test it with silver.", "用银针试毒。"),
    "mushroom_cooked_safe": ("mushroom_poisoning", "Cook them long.", "煮熟了再吃。"),
    "tie_or_catch_in_snake_bite": ("snake_bite", "Tie a cord round the leg.", "用绳子扎紧。"),
    "handle_the_dead": ("ebola", "Wash the body.", "清洗遗体。"),
    "fever_as_a_cold": ("malaria", "Take cold medicine.", "先吃感冒药。"),
    "out_once_the_fever_is_gone": ("mers", "Go out once better.", "退烧就上班。"),
    "raw_camel_products": ("mers", "Drink fresh camel milk.", "喝新鲜的骆驼奶。"),
    "sweep_dry_droppings": ("hantavirus", "Sweep up the droppings.", "扫掉鼠屎。"),
    "drain_the_drowned": ("drowning", "Jump in to help.", "马上下水救人。"),
    "against_the_crowd": ("crowd_crush", "Push against the flow.", "弯腰捡东西。"),
    "force_lift_doors": ("elevator_failure", "Force open the doors.", "用手扒开电梯门。"),
    "leave_train_unasked": ("rail_emergency", "Jump down to the track.", "扒开车门。"),
    "stay_on_carriageway": ("fog", "Turn on the high beam.", "打开远光灯。"),
    "confront_attacker": ("violent_attack", "Film the attacker.", "拍摄现场。"),
    "pay_or_give_codes": ("fraud", "Send us the code.", "提供验证码。"),
    "electric_victim_bare_hands": ("typhoon", "Move the fallen wires.", "用手移开电线。"),
    "food_for_unconscious": ("heat", "Give water to someone unconscious.", "给昏迷的人喂水。"),
}


def test_every_ban_has_an_example() -> None:
    assert set(ORDERS) == set(bans())


@pytest.mark.parametrize("name", ORDERS)
def test_the_order_is_found(name: str) -> None:
    hazard, english, chinese = ORDERS[name]
    for change in (about(hazard, en=english), about(hazard, zh=chinese)):
        assert [item for item in findings("never", change) if f"({name})" in item.message], change
        assert "error" in {item.severity for item in findings("never", change)}


@pytest.mark.parametrize("name", ORDERS)
def test_the_ban_is_not(name: str) -> None:
    hazard, english, chinese = ORDERS[name]
    ban_en = f"Do not {english[0].lower()}{english[1:]}"
    for role in ("now", "avoid"):
        assert not findings("never", about(hazard, en=ban_en, role=role)), ban_en
        assert not findings("never", about(hazard, zh=f"不要{chinese}", role=role)), chinese


@pytest.mark.parametrize(
    "hazards", [*(ban.hazards for ban in bans().values()), *(need.hazards for need in needs().values())]
)
def test_hazards_are_of_the_taxonomy(hazards: tuple[str, ...]) -> None:
    assert set(hazards) <= {"all", *CATEGORIES, *HAZARDS}


def test_reasons_and_sources_are_given() -> None:
    for entry in (*bans().values(), *needs().values()):
        assert len(entry.reason) > 10
        assert len(entry.source) > 2


@pytest.mark.parametrize(
    ("text", "words", "forbidden"),
    [
        ("Do not walk, swim or drive through water.", "drive through", True),
        ("Do not wait, drive through water.", "drive through", False),
        ("Do not wait. Drive through water.", "Drive through", False),
        ("Do not stop but drive through water.", "drive through", False),
        ("Instead of driving, drive through water.", "drive through", False),
        ("不要慌，往外跑。", "往外跑", False),
        ("不要站在堤上、去海边看浪。", "去海边看", True),
        ("没有通知就往外跑。", "往外跑", False),
        ("特别是要往外跑。", "往外跑", False),
        ("来不及就往外跑。", "往外跑", False),
        ("切勿往外跑。", "往外跑", True),
    ],
)
def test_how_far_a_negation_reaches(text: str, words: str, *, forbidden: bool) -> None:
    start = text.index(words)
    assert forbidden_at(text, start, chinese=not text.isascii()) is forbidden


def test_what_happens_may_be_told() -> None:
    assert not findings("never", about("cold_wave", zh="喝酒会让身体更快变冷。", role="fact"))
    assert findings("never", about("cold_wave", zh="喝酒驱寒。", role="fact"))


@pytest.mark.parametrize(
    ("hazard", "english", "chinese"),
    [
        ("building_collapse", "Lie in the triangle of life.", "躲到三角区。"),
        ("elevator_failure", "Press each of the floor buttons.", "按下每一层楼层的按钮。"),
        ("elevator_failure", "Press all buttons.", "把所有楼层的按钮都按一遍。"),
        ("traffic_accident", "Let the car begin to fill with water.", "等水灌满再开门。"),
    ],
)
def test_other_wordings_that_circulate(hazard: str, english: str, chinese: str) -> None:
    assert findings("never", about(hazard, en=english))
    assert findings("never", about(hazard, zh=chinese))
    assert not findings("never", about(hazard, en=f"Do not {english[0].lower()}{english[1:]}"))
    assert not findings("never", about(hazard, zh=f"不要{chinese}"))


def test_patterns_compile_once() -> None:
    assert compiled("a+") is compiled("a+")

"""The tags as templates use them."""

import re
from datetime import datetime, timedelta

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from communities.templatetags import linyi
from communities.templatetags._clock import HERE
from communities.templatetags._icons import ICONS

NOW = datetime(2026, 11, 22, 10, 41, 7, tzinfo=HERE)


@pytest.fixture(autouse=True)
def _noon_in_chinese(time_machine):
    time_machine.move_to(NOW, tick=False)
    with translation.override("zh-hans"):
        yield


def render(source: str, **context: object) -> str:
    return Template("{% load i18n linyi %}" + source).render(Context(context))


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 123456|area }}", "1,234.56"),
        ("{{ 5|area }}", "0.05"),
        ("{{ none|area }}", "—"),
        ("{{ 205|percent:309 }}", "66.34%"),
        ("{{ 205|percent:none }}", "—"),
        ("{{ 1234567|thousands }}", "1,234,567"),
        ("{{ 48620000|money }}", "486,200"),
        ("{{ 48620050|money }}", "486,200.50"),
        ("{{ '13812345678'|mask_phone }}", "138****5678"),
        ("{{ '+86 138 1234 5678'|mask_phone }}", "138****5678"),
        ("{{ '12345'|mask_phone }}", "***********"),
        ("{{ none|mask_phone }}", ""),
        ("{{ '王秀英'|mask_name }}", "王**"),
        ("{{ '李'|mask_name }}", "李"),
        ("{{ '杭州绿波物业有限公司'|mask_name }}", "杭州绿波物业有限公司"),
        ("{{ none|mask_name }}", ""),
        ("{{ now|moment }}", "11月22日 10:41"),
        ("{{ now|moment:'full' }}", "2026年11月22日 10:41"),
        ("{{ now|moment:'near' }}", "今天 10:41"),
        ("{{ now|seconds }}", "11月22日 10:41:07"),
        ("{{ now|day }}", "11月22日"),
        ("{{ none|moment }}", ""),
        ("{{ due|deadline_words }}", "今天 24:00"),
        ("{{ due|deadline_words:'plain' }}", "11月22日 24:00"),
        ("{{ due|deadline_words:'full' }}", "2026年11月22日 24:00"),
        ("{{ due|remaining }}", "还有 13 小时"),
        ("{{ due|iso }}", "2026-11-23T00:00:00+08:00"),
        ("{{ parts|joined }}", "附议 74 人 · &lt;b&gt;"),
    ],
)
def test_filters(source, text):
    context = {
        "none": None,
        "now": NOW,
        "due": datetime(2026, 11, 23, tzinfo=HERE),
        "parts": ["附议 74 人", "", None, "<b>"],
    }

    assert render(source, **context) == text


def test_deadline_says_until_when_and_how_long():
    html = render("{% deadline at %}", at=datetime(2026, 11, 25, tzinfo=HERE))

    assert words(html) == "11月24日 24:00 截止 ， 还有 2 天 13 小时"
    assert 'class="due"' in html
    assert '<time datetime="2026-11-25T00:00:00+08:00">' in html


def test_deadline_names_whose_turn_it_is():
    html = render(
        '{% deadline at turn="轮到社区" act="召开听证会" %}', at=datetime(2026, 11, 28, 19, tzinfo=HERE)
    )

    assert words(html) == "轮到社区： 11月28日 19:00 召开听证会"


def test_deadline_that_passed_is_late_unless_passing_it_is_no_fault():
    past = NOW - timedelta(hours=6)

    late = render('{% deadline at turn="轮到物业" act="答复" %}', at=past)
    over = render('{% deadline at over="正在计票" %}', at=past)

    assert words(late) == "轮到物业： 今天 04:41 答复 ， 已超期 6 小时"
    assert 'class="due late"' in late
    assert words(over) == "今天 04:41 截止 ， 正在计票"
    assert 'class="due calm"' in over


def test_deadline_without_a_date_still_names_the_turn():
    assert words(render('{% deadline at turn="轮到您" %}', at=None)) == "轮到您"
    assert words(render("{% deadline at %}", at=None)) == ""


def test_dual_ruler_shows_heads_above_area_with_the_mark_on_both():
    html = render('{% dual_ruler 205 309 2291440 3395759 mark="2/3" gap=True %}')

    assert words(html) == (
        "人数 205 / 309 人 · 66.34% 三分之二 面积 22,914.40 / 33,957.59 m² · 67.47% 三分之二 "
        "面积已达到三分之二，人数还差 1 人。"
    )
    assert html.count('<line class="mark" x1="66.667%"') == 2
    assert 'aria-label="人数 66.34%，法定线三分之二"' in html
    assert 'width="66.34%"' in html


def test_mini_ruler_keeps_the_mark_and_leaves_out_its_words():
    html = render('{% dual_ruler 74 309 612055 3395759 mark="20%" label="附议" variant="mini" %}')

    assert words(html) == "附议人数 74 / 309 人 · 23.94% 附议面积 6,120.55 / 33,957.59 m² · 18.02%"
    assert html.count('class="mark"') == 2


def test_ruler_of_nothing_is_empty_and_not_an_error():
    html = render('{% dual_ruler 0 0 0 0 mark="2/3" gap=True %}')

    assert words(html) == "人数 0 / 0 人 · — 三分之二 面积 0.00 / 0.00 m² · — 三分之二"


def test_result_ruler_parts_fill_the_bar_in_order():
    html = render('{% result_ruler 131 71 14 1140218 1187130 120466 mark=">1/2" %}')

    assert words(html) == (
        "人数 同意 60.64% 131 反对 32.87% 71 弃权 6.48% 14 过半数 "
        "面积 m² 同意 46.58% 11,402.18 反对 48.49% 11,871.30 弃权 4.92% 1,204.66 过半数"
    )
    assert re.findall(r'class="fill ([a-z]*)" x="([\d.]+%)"', html)[:3] == [
        ("", "0.00%"),
        ("no", "60.64%"),
        ("abstain", "93.51%"),
    ]


def test_result_ruler_measures_against_the_given_whole():
    html = render("{% result_ruler 1 1 0 100 100 0 heads_of=4 area_of=400 %}")

    assert re.findall(r'class="fill [a-z]*" x="[\d.]+%" y="[^"]*" width="([\d.]+%)"', html) == ["25.00%"] * 4


def test_bars_are_a_table_of_names_and_figures():
    html = render('{% bars rows "各幢参与率" mark="2/3" %}', rows=[("1幢", 2, 3), ("2幢", 0, 0)])

    assert words(html) == "各幢参与率（三分之二） 1幢 66% 2幢 — 三分之二"
    assert 'width="66.66%"' in html


def test_progress_has_its_words_beside_it():
    assert words(render('{% progress 3 8 "已送达" "户" %}')) == "已送达 3 / 8 户 · 37.50% 37.50%"


def test_every_icon_is_drawn_without_style():
    for name in ICONS:
        html = linyi.icon(name)
        assert html.startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><')
        assert "style" not in html


def test_icon_with_a_title_speaks():
    assert 'role="img" aria-label="打印"' in linyi.icon("print", title="打印")


@pytest.mark.parametrize(("number", "text"), [(None, ""), (0, ""), (1, "1"), (99, "99"), (100, "99+")])
def test_count_shows_nothing_at_zero(number, text):
    assert words(linyi.count(number)) == text


def test_tag_escapes_what_people_wrote():
    assert linyi.tag("<i>", "sky") == '<span class="tag sky">&lt;i&gt;</span>'


def test_qr_is_attributes_only_and_keeps_its_quiet_zone():
    html = linyi.qr("https://example.invalid/r/7K3M", "回执二维码")

    assert html.startswith(
        '<svg class="qr" viewBox="0 0 37 37" role="img" aria-label="回执二维码"><path d="M4 4h7v1h-7z'
    )
    assert "style" not in html


@pytest.mark.parametrize("kind", list(linyi.STAMPS))
def test_every_stamp_renders_its_words(kind):
    tone, lines = linyi.STAMPS[kind]

    html = render("{% stamp kind %}", kind=kind)

    assert words(html) == " ".join(lines)
    assert f'class="stamp {tone}"' in html


def test_stamp_takes_own_words():
    assert words(render('{% stamp text="已/签署" tone="yes" %}')) == "已 签署"


def test_scroll_box_can_be_reached_by_keyboard():
    html = render('{% scroll "名册" %}<table></table>{% endscroll %}')

    assert html == '<div class="scroll" role="region" aria-label="名册" tabindex="0"><table></table></div>'


def test_pages_keep_the_rest_of_the_query():
    page = Paginator(range(95), 20).page(2)
    request = RequestFactory().get("/", {"q": "电梯", "page": "2"})

    html = render("{% pages page %}", page=page, request=request)

    assert 'href="?q=%E7%94%B5%E6%A2%AF&amp;page=1"' in html
    assert 'href="?q=%E7%94%B5%E6%A2%AF&amp;page=3"' in html
    assert words(html) == "上一页 第 2 / 5 页，共 95 条 下一页"


def test_one_page_needs_no_pages():
    assert words(render("{% pages page %}", page=Paginator(range(3), 20).page(1))) == ""


class MatterForm(forms.Form):
    title = forms.CharField(
        label="标题", help_text="不超过 40 字。", error_messages={"required": "请写标题。"}
    )
    body = forms.CharField(label="说明", required=False)
    audience = forms.ChoiceField(
        label="谁能看到",
        choices=[("a", "所有人")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选一项。"},
    )
    agreed = forms.BooleanField(label="我已阅读公约", error_messages={"required": "请先阅读。"})
    key = forms.CharField(widget=forms.HiddenInput, required=False)


def test_field_ties_help_and_error_to_its_input():
    html = render("{% field form.title %}", form=MatterForm({}))

    assert '<label for="id_title">标题</label>' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html


def test_field_says_what_may_be_left_out():
    assert words(render("{% field form.body %}", form=MatterForm())) == "说明 选填"


def test_field_of_several_inputs_has_a_legend():
    assert "<legend>谁能看到</legend>" in render("{% field form.audience %}", form=MatterForm())


def test_single_box_has_its_label_behind_it():
    html = render("{% field form.agreed %}", form=MatterForm())

    assert html.index("<input") < html.index("我已阅读公约")


def test_form_lists_its_problems_with_links_to_the_fields():
    html = render('{% include "partials/form.html" with form=form only %}', form=MatterForm({}))

    assert "有 3 处需要改正" in html
    assert re.findall(r'<a href="(#[^"]+)">([^<]+)</a>', html) == [
        ("#id_title", "标题：请写标题。"),
        ("#id_audience", "谁能看到：请选一项。"),
        ("#id_agreed", "我已阅读公约：请先阅读。"),
    ]


def test_formset_problems_name_their_row():
    formset = forms.formset_factory(MatterForm, extra=0)(
        {
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
            "form-0-title": "一",
            "form-0-audience": "a",
            "form-0-agreed": "on",
        }
    )
    formset.forms[1].empty_permitted = False

    problems = linyi.problem_list(formset)

    assert problems[0] == {"text": "请写标题。", "href": "#id_form-1-title", "where": "第 2 行 标题"}

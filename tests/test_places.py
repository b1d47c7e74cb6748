import pytest

from corpus.places import known_places, leading_places, pinyin, short_name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("徐汇区", "徐汇"),
        ("浦东新区", "浦东"),
        ("北京市", "北京"),
        ("浙江省", "浙江"),
        ("安吉县", "安吉"),
        ("阿里地区", "阿里"),
        ("锡林郭勒盟", "锡林郭勒"),
        ("香港特别行政区", "香港"),
        ("内蒙古自治区", "内蒙古"),
        ("西藏自治区", "西藏"),
        ("广西壮族自治区", "广西"),
        ("宁夏回族自治区", "宁夏"),
        ("新疆维吾尔自治区", "新疆"),
        ("延边朝鲜族自治州", "延边"),
        ("恩施土家族苗族自治州", "恩施"),
        ("伊犁哈萨克自治州", "伊犁"),
        ("巴音郭楞蒙古自治州", "巴音郭楞"),
        ("东乡族自治县", "东乡族自治县"),
        ("城区", "城区"),
        ("藤县", "藤县"),
    ],
)
def test_a_short_name_is_what_people_say(name, short):
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("上海市徐汇区人民政府办公室", ("上海市", "徐汇区")),
        ("徐汇区绿化规划", ("徐汇区",)),
        ("浙江省杭州市西湖区方案", ("浙江省", "杭州市", "西湖区")),
        ("广西壮族自治区规划", ("广西壮族自治区",)),
        ("河北省雄县规划", ("河北省", "雄县")),
        ("城市更新行动计划", ()),
        ("社区养老服务办法", ()),
        ("城区绿化方案", ()),
        ("国务院办公厅", ()),
        ("云岭县规划", ()),
        ("", ()),
    ],
)
def test_a_title_begins_with_its_places(text, places):
    assert leading_places(text) == places


def test_names_that_tell_a_question_about_another_place():
    names = known_places(("上海市", "徐汇区"))
    assert names["杨浦"] == names["杨浦区"] == "杨浦区"
    assert names["北京"] == "北京市"
    assert names["广西"] == "广西壮族自治区"
    assert names["新疆"] == "新疆维吾尔自治区"
    assert names["海淀区"] == "海淀区"


def test_short_names_of_districts_elsewhere_are_left_out():
    assert "海淀" not in known_places(("上海市", "徐汇区"))
    assert known_places(("北京市",))["海淀"] == "海淀区"
    assert "海淀" not in known_places(())


@pytest.mark.parametrize(("name", "written"), [("徐汇", "xuhui"), ("重庆", "chongqing"), ("广西", "guangxi")])
def test_an_english_question_writes_pinyin(name, written):
    assert pinyin(name) == written

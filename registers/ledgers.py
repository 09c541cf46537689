"""The printed ledgers of domain 3.6.1: which columns in which order, and from what of an object each is filled.

A key begins with @ for a column that every object has; an empty key is a column of the print that has no source here and stays empty.
"""

from registers.defaults import KINDS

PRINTED: dict[str, list[tuple[str, str]]] = {
    "scattered": [
        ("序号", "#"), ("企业（点位）名称", "@name"), ("负责人", "@contact"), ("电话", "@contact_phone"), ("详细地址", "@address"), ("乡办", "@township"),
        ("村（社区）", "@grid"), ("行业类型", "industry"), ("占地面积（㎡）", "land_area"), ("从业人数", "workers"), ("主要产品", "products"),
        ("生产工艺", "process"), ("主要设备", "equipment"), ("有无营业执照", "licence"), ("有无环评/排污许可", "permit"), ("用地性质", "land_use"),
        ("污染因子", "pollutants"), ("发现时间", "found_on"), ("发现途径", "found_by"), ("整治类型", "way"), ("断水", "water_cut"), ("断电", "power_cut"),
        ("清原料", "materials_cleared"), ("清产品", "products_cleared"), ("清设备", "equipment_cleared"), ("整治时限", "due_on"),
        ("完成时间", "done_on"), ("用电量核查（kWh）", "power_use"), ("验收人", "accepted_by"), ("验收时间", "accepted_on"), ("是否反弹", "rebound"),
        ("包保责任人", "@guarantor"), ("销号", "struck_off"),
    ],
    "construction": [
        ("序号", "#"), ("工程名称", "@name"), ("建设单位", "builder"), ("施工单位", "contractor"), ("监理单位", "overseer_unit"),
        ("项目类型", "project_type"), ("地址", "@address"), ("占地面积", "land_area"), ("建筑面积", "floor_area"), ("开工日期", "started_on"),
        ("计划竣工", "planned_end"), ("施工阶段", "stage"), ("监督员及电话", "@overseer"), ("网格员及电话", "@grid_member"),
        ("管理员及电话", "@manager"), ("围挡", "fence"), ("覆盖", "cover"), ("冲洗", "washing"), ("硬化", "paving"), ("湿法", "wet"),
        ("密闭", "closed_transport"), ("视频监控联网", "video"), ("PM10在线联网", "pm10"), ("设备编号", "device"), ("喷淋/雾炮数", "sprays"),
        ("扬尘方案备案", "plan_filed"), ("土石方作业批准", "earthwork_approved"), ("渣土运输企业", "muck_company"), ("公示牌", "board"),
        ("最近检查", "last_check"), ("六个100%得分", "six_score"), ("红黄绿牌", "plate"),
    ],
    "gas-station": [
        ("序号", "#"), ("站名", "@name"), ("企业", "company"), ("地址", "@address"), ("油罐数", "tanks"), ("加油机数", "dispensers"),
        ("加油枪数", "nozzles"), ("年销量（t）", "yearly_sales"), ("一次回收", "stage1"), ("二次回收", "stage2"), ("三次回收（后处理）", "stage3"),
        ("在线监控联网", "online"), ("最近检测日期", "tested_on"), ("检测机构", "laboratory"), ("密闭性", "tightness"), ("液阻", "resistance"),
        ("气液比合格枪数/检测枪数", "ratio"), ("后处理浓度", "outlet"), ("结论", "conclusion"), ("下次检测到期", "next_test"),
        ("卸油口/观察口检查", "hatches"), ("油品抽检", "oil_check"), ("整改", "rectification"), ("验收文号", "acceptance"),
    ],
    "catering": [
        ("序号", "#"), ("名称", "@name"), ("经营者", "@contact"), ("电话", "@contact_phone"), ("地址", "@address"), ("街道", "@township"),
        ("规模", "scale"), ("灶头数", "stoves"), ("燃料", "fuel"), ("净化器型号", "purifier"), ("净化器数", "purifiers"), ("安装日期", "installed_on"),
        ("设计风量", "air_flow"), ("在线监控", "online"), ("是否正常运行", "works"), ("最近清洗日期", "cleaned_on"), ("清洗周期（天）", "cycle"),
        ("下次清洗", "next_cleaning"), ("排口位置/高度", "outlet"), ("与居民楼距离", "distance"), ("是否直排", "direct"),
        ("检测浓度（mg/m³）", "concentration"), ("投诉次数", "complaints"), ("问题", "problem"), ("整改时限", "due_on"), ("状态", "@status"),
    ],
    "coal-replacement": [
        ("序号", "#"), ("乡办", "@township"), ("村", "@grid"), ("组", "team"), ("户主", "@name"), ("身份证号（脱敏）", "id_number"),
        ("电话（脱敏）", "phone"), ("门牌", "@address"), ("常住人口", "residents"), ("原取暖方式", "former_heating"), ("改造方式", "way"),
        ("设备品牌型号", "device"), ("功率/台数", "power"), ("安装日期", "installed_on"), ("电表/气表号", "meter"), ("验收日期", "accepted_on"),
        ("验收结论", "acceptance"), ("设备补贴（元）", "device_subsidy"), ("运行补贴（元）", "running_subsidy"), ("发放日期", "paid_on"),
        ("散煤清退（kg）", "coal_taken_back"), ("是否复烧", "relapse"), ("低保/五保", "hardship"), ("入户核查人", "visitor"), ("入户日期", "visited_on"),
        ("签字照片", ""),
    ],
    "boiler": [
        ("锅炉编号", "@code"), ("单位", "@name"), ("地址", "@address"), ("吨位（t/h）", "tonnage"), ("燃料", "fuel"), ("用途", "use"),
        ("处置", "disposal"), ("完成日期", "done_on"), ("设备注销证明", "deregistration"), ("现场照片", ""),
    ],
    "loose-coal": [
        ("经营户", "@name"), ("地址", "@address"), ("存煤量（t）", "stock"), ("取缔日期", "banned_on"), ("煤炭去向", "whereabouts"),
    ],
    "vocs": [
        ("名称", "@name"), ("类型", "category"), ("有无喷烤漆房", ""), ("涂料类型", "paint"), ("年用量（kg）", "yearly_use"),
        ("废气治理工艺", "treatment"), ("活性炭装填量（kg）", "carbon"), ("上次更换", "carbon_changed_on"), ("更换周期", "carbon_cycle"),
        ("危废合同", "waste_contract"), ("台账记录", "records"), ("检测浓度", "concentration"), ("错时作业（9–17时禁喷）", "off_peak"),
        ("整治要求", "demand"), ("完成", "done"),
    ],
    "bare-ground": [
        ("地块编号", "@code"), ("位置", "@address"), ("权属", "owner"), ("面积（㎡）", "area"), ("裸露原因", "cause"), ("裸露起始日", "bare_since"),
        ("措施", "measure"), ("已完成面积", "done_area"), ("时限", "due_on"), ("责任单位", "@organisation"), ("完成", "done"),
    ],
    "road": [
        ("道路", "@name"), ("起止", "@address"), ("等级", "grade"), ("长度（km）", "length"), ("责任单位/路长", "@organisation/@guarantor"),
        ("检测日期", "tested_on"), ("点位数", "points"), ("各点克重", "weights"), ("平均（g/m²）", "mean"), ("限值", "limit"), ("达标", "passed"),
        ("等级", ""), ("清扫频次", "sweeping"), ("洒水频次", "sprinkling"),
    ],
    "station-source": [
        ("站点", "station"), ("半径环", "ring"), ("方位", "bearing"), ("源类型", "source_type"), ("名称", "@name"), ("距离", "distance"),
        ("管控要求", "demand"), ("责任单位", "@organisation"), ("巡查频次", "frequency"), ("状态", "@status"),
    ],
}  # fmt: skip
PRINTED["car-repair"] = [(title, "booth" if title == "有无喷烤漆房" else key) for title, key in PRINTED["vocs"]]
NUMBER = "#"


def title(code: str, key: str) -> str:
    """What the defaults call a column; a district that calls it otherwise finds its own word in the export."""
    kind = next((kind for kind in KINDS if kind["code"] == code), None)
    return kind["schema"]["properties"].get(key, {}).get("title", "") if kind else ""

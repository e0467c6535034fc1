"""Which signs of its kind of work does a text bear, whatever it is about?

A question of policy, a quarrel and a broken lamp may all name the same things; what tells them apart is how they are
told: who asks, who is accused, what is demanded, how it ends. Each sign gathers the words that say one such thing, so
that a word which no example has still counts by its kin. How much a sign weighs for each kind of work is learnt.
"""

from __future__ import annotations

import re

# fmt: off
_SIGNS = {
    "asks": r"请问|如何|怎[么样]?(?:才能|办理|申请|交|算|查|样|能|办)|咋|是否|能否|可否|可不可以|能不能|有没有|是不是|多少|什么时候|何时|啥时候"
            r"|哪[里些个儿]|几[点号]|多久|需要(?:什么|哪些|提供)|什么(?:条件|材料|手续|流程|政策|标准|时间)",
    "asking_end": r"[?]\s*$|[吗呢么嘛不]\s*[?。]?\s*$",
    "rules": r"条件|流程|标准|手续|材料|政策|规定|办法|程序|资格|补贴|报销|办理|申请|缴费|年限|待遇|落户|入学|公积金|社保|医保|退休",
    "consults": r"咨询|询问|想?了解|想知道|请教",
    "complains": r"投诉|举报|控诉|曝光|告",
    "tells": r"反映|反应|来电",
    "wishes": r"建议|呼吁|期盼|盼望|恳请增|应该|希望(?:能)?(?:增|加|设|建|修建|延|开通|规划|改|引进|优化)|能否(?:增|加|设|建|开|延|规划)"
              r"|增设|增加|规划|优化|太少|不合理",
    "reproaches": r"凭什么|为什么|为何|为啥|难道|谁来管|没人管|无人管|合理吗|合法吗|合规吗|怎么没人|怎么能",
    "party": r"物业|开发商|公司|企业|老板|商家|[饭酒商菜超网药]店|房东|中介|驾校|学校|幼儿园|医院|银行|邻居|隔壁|楼上|楼下|业委会|工地|施工"
             r"|包工头|单位|厂|村委|村干部|书记|城管|司机|摊|ktv|酒吧|广场舞|机构|健身房|平台|老师|医生|工作人员|店铺|餐馆|烧烤|超市|房地产|置业"
             r"|快递|售楼",
    "wrong": r"拖欠|欠薪|不退|拒[绝不]|强[制行]|违规|违法|私自|擅自|乱收|收费|欺[骗诈]|虚假|霸占|占[用道]|扰民|噪[音声]|吵|不给|不发|克扣"
             r"|侵[占害权]|违约|赔偿|补偿|纠纷|退款|退费|油烟|合同|工资|押金|定金|坑",
    "danger": r"隐患|危险|不安全|坠落|倒塌|塌|裂|漏电|电线|泄[漏露]|着火|起火|火灾|消防|违建|违章建|违法建|赌|传销|吸毒|诈骗|嫖|卖淫|黑车|盗|偷"
              r"|打人|中毒|食品|无证|井盖|掉落|脱落|爆|伤人|猛|砸|滑坡|溺水|触电|飙车|超速|逆行|酒驾|超载",
    "key_group": r"残疾|低保|特困|五保|孤寡|独居|老人|留守|流浪|乞讨|精神|贫困|退役|退伍|军人|孕|重病|癌|瘫痪|困难|孤儿|救助|刑满",
    "works": r"路灯|井盖|下水|管道|水管|停水|停电|没水|没电|断水|断电|垃圾|积水|坑洼|公厕|公交|信号灯|红绿灯|绿化|暖气|供暖|网络|燃气|天然气|水压"
             r"|电梯|路面|道路|河|臭|污水|环卫|清理|维修|抢修|破损|损坏|坏",
    "slow": r"没人处理|无人处理|一直没|迟迟|多次|未解决|没有?解决|办不[下了]|不予|推诿|未到账|没收到|至今|还没|仍未|不作为|没有?回复|未?答复|催",
    "demands": r"核实|处理|解决|查处|要求|尽快|整治|取缔",
    "title": r"^[^,，。?！!；;]{4,30}$",
    "problem_end": r"问题$",
    "first_person": r"我|本人|俺|咱",
    "third_person": r"^其|其[在是家]|来电人|市民",
    "number": r"\d",
}
# fmt: on
_PATTERNS = tuple((f"?{name}", re.compile(pattern)) for name, pattern in _SIGNS.items())
NAMES = tuple(name for name, _ in _PATTERNS)
"""The signs' names as features; no other feature begins with a question mark."""


def cues(plain: str) -> list[str]:
    """The signs that a normalised text bears, each once."""
    return [name for name, pattern in _PATTERNS if pattern.search(plain)]

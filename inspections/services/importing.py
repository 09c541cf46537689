"""Taking over an existing 整改台账 (domain 3.6.1): one row of the sheet becomes one finding, and importing the sheet again never doubles it.

A row is known again by its 问题编号: the finding's ``uuid`` is made from the district and that number (``uuid_of``), which also stands in
``superior_number``. The row goes through ``submit`` like any report, with ``Source`` and times of the sheet, and is then handed to
``settings.LEDGER_IMPORTED`` (``rectification.services.imported.carry_over``), inside the savepoint of the row:

    carry_over(finding, values: dict, *, by) -> bool

It brings the finding to the state the sheet tells (registered → assigned → fed back → passed → struck off → looked back), with history rows
dated by the sheet, tasks per unit, and returns whether anything changed. It is called again on every later import of the same row with the finding
in whatever state it then has: it may take it further, never back. It refuses with ``ValidationError`` keyed by the names below.

``values`` always holds all of these keys (an empty cell gives ``""`` for texts, ``None`` for the rest; dates are Beijing days):

=====================  ============================  ==========================================================
key                    column                        value
=====================  ============================  ==========================================================
``number``             问题编号                      str
``source``             问题来源                      ``Source``
``order_number``       交办文号                      str
``ordered_on``         交办日期                      date
``text``               问题描述                      str
``address``            问题位置                      str
``lonlat``             经度、纬度                    (lon, lat) Decimals or None
``field``              专项领域                      ``Field``
``problem_type``       问题类型                      ``ProblemType``
``severity``           严重程度                      ``Severity`` or None
``goal``               整改目标                      str
``measure``            整改措施                      str
``kind``               整改类型                      ``Kind``
``due_on``             整改时限                      date or None; None with ``kind`` IMMEDIATE for 立即, LONG_TERM for 长期坚持
``territorial``        责任单位（属地）              ``Organisation`` or None
``sector``             责任单位（行业）              list of ``Organisation`` (may be empty)
``lead``               牵头单位                      ``Organisation`` or None
``leader``             责任领导                      str
``person``             责任人                        str
``phone``              联系电话                      str
``progress``           整改进展                      str
``percent``            完成率                        int 0-100 or None
``finished_on``        完成日期                      date or None
``verifying_unit``     核查单位                      str
``verifier``           核查人                        str
``verified_on``        核查日期                      date or None
``verdict``            核查意见                      str
``is_done``            是否办结                      bool
``is_struck_off``      是否销号                      bool
``struck_off_on``      销号日期                      date or None
``published``          公示起止                      str
``looked_back_on``     回头看日期                    date or None
``look_back_result``   回头看结果                    str as written
``has_rebounded``      是否反弹                      bool or None
``extensions``         延期次数                      int or None
``returns``            返工次数                      int or None
``points``             扣分                          Decimal or None
``accountability``     问责情况                      str
``note``               备注                          str
=====================  ============================  ==========================================================
"""

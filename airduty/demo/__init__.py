"""The demonstration district: the district of the report, invented from its figures, built through the services, deterministic by seed.

Place names are invented, persons' names are plainly made up (示例甲子一…), telephone numbers cannot exist (100…).
"""

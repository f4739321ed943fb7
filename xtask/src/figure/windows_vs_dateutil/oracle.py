# The oracle: each line in is a window, each line out its openings, as python-dateutil has them.
#
# Zones are those of the system's zoneinfo, by Python's own zoneinfo module. A local time that the
# clocks leave out is what dateutil's resolve_imaginary makes of it; one that comes twice is the first
# (fold=0). A moment on which two of them fall is one opening.
import json
import sys
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo, available_timezones

from dateutil import __version__, rrule, tz

print(json.dumps({"dateutil": __version__, "zones": sorted(available_timezones())}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    zone = ZoneInfo(asked["zone"])
    start = datetime.fromisoformat(asked["start"]).replace(tzinfo=zone)
    found = []
    horizon = asked["horizon"]
    rule = rrule.rrulestr("RRULE:" + asked["rule"], dtstart=start)
    moments = (int(tz.resolve_imaginary(each).timestamp()) for each in rule)
    for at in takewhile(lambda at: at < horizon, moments):
        if at >= asked["since"] and (not found or found[-1] != at):
            found.append(at)
            if len(found) == asked["count"]:
                break
    print(json.dumps(found), flush=False)

"""Bodies as devices send them, byte by byte, made by hand after what real ones were seen to send."""

from tests.factories.evidence import photo_bytes

JPEG = photo_bytes(7)


def alert(event="fireDetection", state="active", *, at="2026-11-27T10:15:03+08:00", count=1, name="Cam 1", space='xmlns="http://www.hikvision.com/ver20/XMLSchema"',
          version="2.0", head="", more="") -> bytes:  # fmt: skip
    text = (
        f'{head}<EventNotificationAlert version="{version}" \r\n{space}>\r\n<ipAddress>192.0.2.151</ipAddress>\r\n<portNo>443</portNo>\r\n'
        f"<protocol>HTTPS</protocol>\r\n<macAddress>4f:e4:2f:81:cd:1b</macAddress>\r\n<channelID>1</channelID>\r\n<dateTime>{at}</dateTime>\r\n"
        f"<activePostCount>{count}</activePostCount>\r\n<eventType>{event}</eventType>\r\n<eventState>{state}</eventState>\r\n"
        f"<eventDescription>{event} alarm</eventDescription>\r\n<channelName>{name}</channelName>\r\n{more}</EventNotificationAlert>"
    )
    return text.encode()


REGION = (
    "<DetectionRegionList><DetectionRegionEntry><regionID>3</regionID><sensitivityLevel>50</sensitivityLevel>"
    "<RegionCoordinatesList><RegionCoordinates><positionX>572</positionX><positionY>100</positionY></RegionCoordinates></RegionCoordinatesList>"
    "<detectionTarget>fire</detectionTarget></DetectionRegionEntry></DetectionRegionList>"
    "<detectionPictureTransType>binary</detectionPictureTransType><detectionPicturesNumber>1</detectionPicturesNumber>"
)
PSIA = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<EventNotificationAlert version="1.0"\n  xmlns="urn:psialliance-org">\n  <channelID>34</channelID>\n'
    b"  <dateTime>2026-11-27T10:16:39+08:00</dateTime>\n  <activePostCount>174</activePostCount>\n  <eventType>fielddetection</eventType>\n"
    b'  <eventState>active</eventState>\n  <Extensions>\n    <serialNumber xmlns="urn:selfextension:psiaext-ver10-xsd">DS-0000NXI-I0/0P/S0000000000\n'
    b'    </serialNumber>\n    <eventPush xmlns="urn:selfextension:psiaext-ver10-xsd">fielddetection&amp;&amp;DS-0000NXI,2026-11-27T10:16:39+08:00,34,1.0'
    b"</eventPush>\n  </Extensions>\n</EventNotificationAlert>\n"
)
DURATION = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">\n'
    b"    <ipAddress>192.0.2.5</ipAddress>\n    <channelID>1</channelID>\n    <dateTime>2026-11-27T10:27:25+08:00</dateTime>\n"
    b"    <activePostCount>1</activePostCount>\n    <eventType>duration</eventType>\n    <eventState>active</eventState>\n"
    b"    <DurationList>\n        <Duration>\n            <relationEvent>fielddetection</relationEvent>\n        </Duration>\n    </DurationList>\n"
    b"</EventNotificationAlert>\n"
)
BARE = (
    b"<EventNotificationAlert>\n  <ipAddress>192.0.2.255</ipAddress>\n  <dynChannelID>2</dynChannelID>\n  <channelID>2</channelID>\n"
    b"  <dateTime>2026-11-13T20:20:52+01:00</dateTime>\n  <activePostCount>1</activePostCount>\n  <eventType>VMD</eventType>\n"
    b"  <eventState>active</eventState>\n  <eventDescription>Motion alarm</eventDescription>\n  <channelName>Camera 02</channelName>\n"
    b"</EventNotificationAlert>\n"
)
HEARTBEAT = alert("videoloss", "inactive", count=0)
JSON = (
    b'{"ipAddress":"192.0.2.9","portNo":80,"protocol":"HTTP","channelID":1,"dateTime":"2026-11-27T10:15:03+08:00","activePostCount":1,'
    b'"eventType":"fireDetection","eventState":"active","eventDescription":"fireDetection","channelName":"\xe4\xb8\x9c\xe5\xa1\x94",'
    b'"FireDetection":{"temperature":312.4,"PTZ":{"azimuth":157.5,"distance":1020}}}'
)


def multipart(*parts: tuple[str, bytes], boundary: str = "boundary", newline: bytes = b"\r\n", closed: bool = True) -> bytes:
    """``parts``: head lines with ``|`` between them, and the content."""
    out = b""
    for head, content in parts:
        lines = [f"--{boundary}".encode(), *(line.encode() for line in head.split("|") if line)]
        out += newline.join(lines) + newline + newline + content + newline
    return out + (f"--{boundary}--".encode() + newline if closed else b"")


def usual(xml: bytes | None = None, jpeg: bytes = JPEG, *, boundary: str = "boundary", **more) -> bytes:
    """XML and one picture, as most cameras send it."""
    xml = xml if xml is not None else alert(more=REGION)
    return multipart(
        ('Content-Disposition: form-data; name="fireDetection.xml"; filename="fireDetection.xml"|Content-Type: application/xml', xml),
        (
            f'Content-Disposition: form-data; name="firePicture.jpg"; filename="firePicture.jpg"|Content-Type: image/jpeg|Content-Length: {len(jpeg)}',
            jpeg,
        ),
        boundary=boundary,
        **more,
    )

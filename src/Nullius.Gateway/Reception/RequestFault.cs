namespace Nullius.Gateway.Reception;

/// <summary>Why a request has no single reading (law 2). Closed; each has a stable code for machines.</summary>
internal enum RequestFault
{
    None,
    TargetForm,
    TargetTooLong,
    ControlCharacter,
    NonAscii,
    ForbiddenCharacter,
    Fragment,
    Backslash,
    PathParameter,
    EmptySegment,
    DotSegment,
    SegmentEnd,
    InvalidEscape,
    EncodedSeparator,
    EncodedDelimiter,
    EncodedControl,
    EncodedUnreserved,
    DoubleEncoding,
    InvalidUtf8,
    ConfusableCharacter,
    Method,
    Host,
    Transport,
    Misdirected,
    DuplicateHeader,
    HeaderSpelling,
    ConnectionHeader,
    Framing,
    DuplicateCookie,
    Upgrade,
}

internal static class RequestFaults
{
    /// <summary>The HTTP status that answers a fault.</summary>
    public static int Status(this RequestFault fault) => fault switch
    {
        RequestFault.Transport or RequestFault.Misdirected => 421,
        RequestFault.Method => 405,
        RequestFault.TargetTooLong => 414,
        _ => 400,
    };

    /// <summary>Stable, kebab-case.</summary>
    public static string Code(this RequestFault fault) => fault switch
    {
        RequestFault.None => "none",
        RequestFault.TargetForm => "target-form",
        RequestFault.TargetTooLong => "target-too-long",
        RequestFault.ControlCharacter => "control-character",
        RequestFault.NonAscii => "non-ascii",
        RequestFault.ForbiddenCharacter => "forbidden-character",
        RequestFault.Fragment => "fragment",
        RequestFault.Backslash => "backslash",
        RequestFault.PathParameter => "path-parameter",
        RequestFault.EmptySegment => "empty-segment",
        RequestFault.DotSegment => "dot-segment",
        RequestFault.SegmentEnd => "segment-end",
        RequestFault.InvalidEscape => "invalid-escape",
        RequestFault.EncodedSeparator => "encoded-separator",
        RequestFault.EncodedDelimiter => "encoded-delimiter",
        RequestFault.EncodedControl => "encoded-control",
        RequestFault.EncodedUnreserved => "encoded-unreserved",
        RequestFault.DoubleEncoding => "double-encoding",
        RequestFault.InvalidUtf8 => "invalid-utf8",
        RequestFault.ConfusableCharacter => "confusable-character",
        RequestFault.Method => "method",
        RequestFault.Host => "host",
        RequestFault.Transport => "transport",
        RequestFault.Misdirected => "misdirected",
        RequestFault.DuplicateHeader => "duplicate-header",
        RequestFault.HeaderSpelling => "header-spelling",
        RequestFault.ConnectionHeader => "connection-header",
        RequestFault.Framing => "framing",
        RequestFault.DuplicateCookie => "duplicate-cookie",
        RequestFault.Upgrade => "upgrade",
    };

    /// <summary>What is wrong, in words that need no knowledge of the gate.</summary>
    public static string Message(this RequestFault fault) => fault switch
    {
        RequestFault.None => "nothing is wrong",
        RequestFault.TargetForm => "the target must be an absolute path",
        RequestFault.TargetTooLong => "the target is longer than 8192 characters",
        RequestFault.ControlCharacter => "the target contains a control character",
        RequestFault.NonAscii => "the target contains a character outside ASCII that is not percent-encoded",
        RequestFault.ForbiddenCharacter => "the target contains a character that must be percent-encoded",
        RequestFault.Fragment => "the target contains a fragment",
        RequestFault.Backslash => "the target contains a backslash",
        RequestFault.PathParameter => "the path contains a parameter (`;`)",
        RequestFault.EmptySegment => "the path contains an empty segment (`//`)",
        RequestFault.DotSegment => "the path contains a dot segment",
        RequestFault.SegmentEnd => "a segment of the path ends in a dot or a space",
        RequestFault.InvalidEscape => "the target contains an incomplete percent-encoding",
        RequestFault.EncodedSeparator => "the path contains an encoded slash or backslash",
        RequestFault.EncodedDelimiter => "the path contains an encoded question mark or number sign",
        RequestFault.EncodedControl => "the target contains an encoded control character",
        RequestFault.EncodedUnreserved => "the path encodes a character that needs no encoding",
        RequestFault.DoubleEncoding => "the path is encoded twice",
        RequestFault.InvalidUtf8 => "the path is not valid UTF-8",
        RequestFault.ConfusableCharacter => "the path contains a character that some servers read as a separator or a dot",
        RequestFault.Method => "the method is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS in upper case",
        RequestFault.Host => "the authority is missing, repeated or malformed",
        RequestFault.Transport => "the request did not come over a TLS connection for this host",
        RequestFault.Misdirected => "the connection was opened for another host",
        RequestFault.DuplicateHeader => "a header that may occur once is repeated",
        RequestFault.HeaderSpelling => "a header name collides with one that the gate sets",
        RequestFault.ConnectionHeader => "the Connection header names something other than keep-alive, close, upgrade or te",
        RequestFault.Framing => "the length of the body is stated in two ways",
        RequestFault.DuplicateCookie => "the session cookie is repeated",
        RequestFault.Upgrade => "the upgrade is malformed, or to a protocol other than websocket",
    };
}

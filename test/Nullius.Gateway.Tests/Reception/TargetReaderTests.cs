using FsCheck;
using FsCheck.Fluent;
using Nullius.Gateway.Forwarding;
using Nullius.Gateway.Reception;

namespace Nullius.Gateway.Tests.Reception;

public class TargetReaderTests
{
    [Theory]
    [InlineData("/", "/", "")]
    [InlineData("/a/b/", "/a/b/", "")]
    [InlineData("/a%20b", "/a%20b", "")]
    [InlineData("/caf%c3%a9", "/caf%C3%A9", "")]
    [InlineData("/users/alice%40example.com", "/users/alice@example.com", "")]
    [InlineData("/a%3Ab%2B%2A", "/a:b+*", "")]
    [InlineData("/100%25", "/100%25", "")]
    [InlineData("/...a", "/...a", "")]
    [InlineData("/a.b/.c", "/a.b/.c", "")]
    [InlineData("/a?b=c.&d=%20%3F%23%5C", "/a", "?b=c.&d=%20%3F%23%5C")]
    [InlineData("/.well-known/x", "/.well-known/x", "")]
    [InlineData("/q?a=%2e%2e%2f&b=[1]|{}", "/q", "?a=%2e%2e%2f&b=[1]|{}")]
    [InlineData("/q?", "/q", "?")]
    [InlineData("/q?a?b/../c//d", "/q", "?a?b/../c//d")]
    public void A_target_with_one_reading_is_read(string raw, string path, string query)
    {
        Assert.Equal(RequestFault.None, TargetReader.Read(raw, out var readPath, out var readQuery));
        Assert.Equal(path, readPath);
        Assert.Equal(query, readQuery);
    }

    [Theory]
    [InlineData("", RequestFault.TargetForm)]
    [InlineData("*", RequestFault.TargetForm)]
    [InlineData("http://evil/", RequestFault.TargetForm)]
    [InlineData("a/b", RequestFault.TargetForm)]
    [InlineData("/..", RequestFault.DotSegment)]
    [InlineData("/a/../b", RequestFault.DotSegment)]
    [InlineData("/./a", RequestFault.DotSegment)]
    [InlineData("/a/.", RequestFault.DotSegment)]
    [InlineData("/a/..?x", RequestFault.DotSegment)]
    [InlineData("/...", RequestFault.SegmentEnd)]
    [InlineData("/a.", RequestFault.SegmentEnd)]
    [InlineData("/a./b", RequestFault.SegmentEnd)]
    [InlineData("/a%20", RequestFault.SegmentEnd)]
    [InlineData("/a%20/b", RequestFault.SegmentEnd)]
    [InlineData("/%20", RequestFault.SegmentEnd)]
    [InlineData("/a.%20", RequestFault.SegmentEnd)]
    [InlineData("/a%20.?x", RequestFault.SegmentEnd)]
    [InlineData("/a%3Fb", RequestFault.EncodedDelimiter)]
    [InlineData("/a%3fb", RequestFault.EncodedDelimiter)]
    [InlineData("/a%23b", RequestFault.EncodedDelimiter)]
    [InlineData("//", RequestFault.EmptySegment)]
    [InlineData("//evil.example/", RequestFault.EmptySegment)]
    [InlineData("/a//b", RequestFault.EmptySegment)]
    [InlineData("/a/%2e%2e/b", RequestFault.EncodedUnreserved)]
    [InlineData("/a/.%2E/b", RequestFault.EncodedUnreserved)]
    [InlineData("/%61dmin", RequestFault.EncodedUnreserved)]
    [InlineData("/a%2fb", RequestFault.EncodedSeparator)]
    [InlineData("/a%2Fb", RequestFault.EncodedSeparator)]
    [InlineData("/a%5cb", RequestFault.EncodedSeparator)]
    [InlineData("/a\\b", RequestFault.Backslash)]
    [InlineData("/a%00", RequestFault.EncodedControl)]
    [InlineData("/a%0d%0aX:y", RequestFault.EncodedControl)]
    [InlineData("/a%7f", RequestFault.EncodedControl)]
    [InlineData("/a%C2%85", RequestFault.EncodedControl)]
    [InlineData("/a\u0001", RequestFault.ControlCharacter)]
    [InlineData("/a b", RequestFault.ForbiddenCharacter)]
    [InlineData("/a<b", RequestFault.ForbiddenCharacter)]
    [InlineData("/a;b=c", RequestFault.PathParameter)]
    [InlineData("/a/..;/b", RequestFault.PathParameter)]
    [InlineData("/a%3Bb", RequestFault.PathParameter)]
    [InlineData("/a%252e", RequestFault.DoubleEncoding)]
    [InlineData("/a%25%32%65", RequestFault.EncodedUnreserved)]
    [InlineData("/a%2", RequestFault.InvalidEscape)]
    [InlineData("/a%", RequestFault.InvalidEscape)]
    [InlineData("/a%zz", RequestFault.InvalidEscape)]
    [InlineData("/a%u002e", RequestFault.InvalidEscape)]
    [InlineData("/%c0%ae%c0%ae/", RequestFault.InvalidUtf8)]
    [InlineData("/%c0%af", RequestFault.InvalidUtf8)]
    [InlineData("/%e0%80%af", RequestFault.InvalidUtf8)]
    [InlineData("/%ff", RequestFault.InvalidUtf8)]
    [InlineData("/%c3", RequestFault.InvalidUtf8)]
    [InlineData("/%ed%a0%80", RequestFault.InvalidUtf8)]
    [InlineData("/%EF%BC%8Fadmin", RequestFault.ConfusableCharacter)]
    [InlineData("/%E2%80%A5/", RequestFault.ConfusableCharacter)]
    [InlineData("/a#b", RequestFault.Fragment)]
    [InlineData("/a?b#c", RequestFault.Fragment)]
    [InlineData("/é", RequestFault.NonAscii)]
    [InlineData("/a?é", RequestFault.NonAscii)]
    [InlineData("/a?b\\c", RequestFault.Backslash)]
    [InlineData("/a?b%", RequestFault.InvalidEscape)]
    [InlineData("/a?b%00", RequestFault.EncodedControl)]
    [InlineData("/a?b c", RequestFault.ForbiddenCharacter)]
    public void A_target_with_two_readings_is_refused(string raw, object fault)
    {
        Assert.Equal((RequestFault)fault, TargetReader.Read(raw, out var path, out var query));
        Assert.Equal("", path);
        Assert.Equal("", query);
    }

    [Fact]
    public void A_target_of_more_than_8192_characters_is_refused() =>
        Assert.Equal(RequestFault.TargetTooLong, TargetReader.Read("/" + new string('a', 8192), out _, out _));

    [Fact]
    public void Reading_a_canonical_target_yields_itself() => Prop.ForAll(Targets(), raw =>
    {
        if (TargetReader.Read(raw, out var path, out var query) != RequestFault.None)
            return true;
        return TargetReader.Read(path + query, out var again, out var queryAgain) == RequestFault.None && again == path && queryAgain == query;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_canonical_path_decodes_to_no_dot_segment_separator_or_control_at_any_depth() => Prop.ForAll(Targets(), raw =>
    {
        if (TargetReader.Read(raw, out var path, out _) != RequestFault.None)
            return true;
        var before = path;
        for (var depth = 0; depth < 5; depth++)
        {
            var decoded = Uri.UnescapeDataString(before);
            if (decoded.Count(c => c == '/') != path.Count(c => c == '/') || decoded.Contains('\\', StringComparison.Ordinal) || decoded.Any(char.IsControl)
                || decoded.Split('/').Skip(1).Any(segment => segment is "." or ".."))
                return false;
            before = decoded;
        }

        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_address_of_a_canonical_target_carries_its_bytes() => Prop.ForAll(Targets(), raw =>
    {
        if (TargetReader.Read(raw, out var path, out var query) != RequestFault.None)
            return true;
        using var upstream = new Upstream(new Config.UpstreamConfig { Url = "https://application.test:8443" }, null);
        return upstream.AddressOf(path + query).PathAndQuery == path + query;
    }).QuickCheckThrowOnFailure();

    // Pieces that matter, put together at random: random characters alone hardly ever make an interesting path.
    private static Arbitrary<string> Targets()
    {
        string[] pieces = ["a", "B", "0", "-", ".", "..", "/", "//", "%", "%2", "%2e", "%2F", "%25", "%252e", "%5c", "%C3%A9", "%c3", "%a9", "%40", "@", ":", ";", "?", "&", "=", "+", "%20", " ", "#", "\\", "é", "%00", "~", "!"];
        return Gen.Elements(pieces).ListOf().Select(list => "/" + string.Concat(list)).ToArbitrary();
    }
}

using System.Globalization;
using System.Net;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Conditions;

/// <summary>A single value as the text that AWS would compare, without allocating.</summary>
internal static class ContextText
{
    internal const int BufferLength = 256;

    internal static ReadOnlySpan<char> Of(in ContextValue value, Span<char> buffer)
    {
        int written;
        switch (value.Kind)
        {
            case ContextValueKind.Text:
                return (string)value.Reference!;
            case ContextValueKind.Slice:
                return ((string)value.Reference!).AsSpan((int)(value.Bits >> 32), (int)(value.Bits & int.MaxValue));
            case ContextValueKind.Boolean:
                return value.Bits != 0 ? "true" : "false";
            case ContextValueKind.Number:
                value.Bits.TryFormat(buffer, out written, provider: CultureInfo.InvariantCulture);
                return buffer[..written];
            case ContextValueKind.Instant:
                new DateTime(value.Bits, DateTimeKind.Utc).TryFormat(buffer, out written, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
                return buffer[..written];
            case ContextValueKind.Address:
                ((IPAddress)value.Reference!).TryFormat(buffer, out written);
                return buffer[..written];
            case ContextValueKind.SessionRole:
                return RoleOf((string)value.Reference!, buffer);
            case ContextValueKind.TextList:
            default:
                return [];
        }
    }

    /// <summary><c>arn:aws:sts::1:assumed-role/Name/session</c> is a session of <c>arn:aws:iam::1:role/Name</c>; the role's path is not in it.</summary>
    private static ReadOnlySpan<char> RoleOf(string session, Span<char> buffer)
    {
        const string Marker = ":assumed-role/";
        var marker = session.IndexOf(Marker, StringComparison.Ordinal);
        var partition = session.AsSpan(4, session.IndexOf(':', 4) - 4);
        var account = session.AsSpan(session.LastIndexOf(':', marker - 1) + 1, marker - session.LastIndexOf(':', marker - 1) - 1);
        var name = session.AsSpan(marker + Marker.Length);
        var slash = name.IndexOf('/');
        if (slash >= 0)
            name = name[..slash];
        if (partition.Length + account.Length + name.Length + 20 > buffer.Length)
            return string.Concat("arn:", partition, ":iam::", string.Concat(account, ":role/", name));
        return buffer.TryWrite($"arn:{partition}:iam::{account}:role/{name}", out var written) ? buffer[..written] : [];
    }
}

using System.Buffers;
using Microsoft.AspNetCore.Http;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Deciding;

/// <summary>
/// Reads the query parameters and headers that policies mention. One that is there twice, or a header beyond ASCII, which some servers
/// read as UTF-8 and others as Latin-1, has no single value: it is unknown, so that it satisfies no allow and applies every deny (law 1).
/// </summary>
internal static class MentionedValues
{
    public static void Read(GateRequest request)
    {
        var mentioned = request.Snapshot.Mentioned;
        foreach (var (name, key) in mentioned.Headers)
        {
            if (request.Http.Request.Headers.TryGetValue(name, out var values) && values.Count > 0)
                request.Mentioned.Add((key, values.Count == 1 && System.Text.Ascii.IsValid(values[0]) ? values[0] : null));
        }

        if (mentioned.Query.Count == 0 || request.Canonical.Query.Length < 2)
            return;
        foreach (var range in request.Canonical.Query.AsSpan(1).Split('&'))
            ReadParameter(request, mentioned, request.Canonical.Query.AsSpan(1)[range]);
    }

    private static void ReadParameter(GateRequest request, MentionedKeys mentioned, ReadOnlySpan<char> parameter)
    {
        var equals = parameter.IndexOf('=');
        var name = Decode(equals < 0 ? parameter : parameter[..equals]);
        // A parameter with a semicolon is one to some servers and two to others.
        var split = parameter.Contains(';');
        foreach (var (known, key) in mentioned.Query)
        {
            var same = string.Equals(known, name, StringComparison.OrdinalIgnoreCase);
            if (!same && !(split && parameter.Contains(known, StringComparison.OrdinalIgnoreCase)))
                continue;
            var exact = same && !split && string.Equals(known, name, StringComparison.Ordinal);
            var value = exact ? Decode(equals < 0 ? default : parameter[(equals + 1)..]) : null;
            Put(request, key, value);
        }
    }

    private static void Put(GateRequest request, Policy.Requests.ConditionKey key, string? value)
    {
        for (var i = 0; i < request.Mentioned.Count; i++)
        {
            if (!ReferenceEquals(request.Mentioned[i].Key, key))
                continue;
            request.Mentioned[i] = (key, null);
            return;
        }

        request.Mentioned.Add((key, value));
    }

    private static string Decode(ReadOnlySpan<char> text) =>
        text.IndexOfAny('%', '+') < 0 ? text.ToString() : Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
}

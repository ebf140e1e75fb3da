using Nullius.Policy.Decisions;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws;

/// <summary>One parsed and compiled AWS policy document: immutable, shared between the sets that attach it.</summary>
public sealed class AwsPolicyDocument
{
    private AwsPolicyDocument(string source) => Source = source;

    public string Source { get; }

    /// <summary>Reads one document. On errors the result is null and every error is in <paramref name="diagnostics"/>.</summary>
    /// <param name="json">UTF-8, or UTF-16 with a byte-order mark.</param>
    public static AwsPolicyDocument? Parse(ReadOnlySpan<byte> json, string source, ICollection<PolicyDiagnostic> diagnostics) =>
        throw new NotSupportedException();
}

/// <summary>What binds to one principal at one resource, layer by layer. Null: no policy of that kind is attached. Empty: attached, and allows nothing.</summary>
public sealed record AwsPolicyLayers
{
    public IReadOnlyList<AwsPolicyDocument>? Identity { get; init; }
    public IReadOnlyList<AwsPolicyDocument>? Boundary { get; init; }
    public IReadOnlyList<AwsPolicyDocument>? Session { get; init; }
    public AwsPolicyDocument? Resource { get; init; }
    public IReadOnlyList<AwsPolicyDocument>? Endpoint { get; init; }
    /// <summary>Service control policies, one list per level, root first.</summary>
    public IReadOnlyList<IReadOnlyList<AwsPolicyDocument>>? Guardrails { get; init; }
    /// <summary>Resource control policies, one list per level, root first.</summary>
    public IReadOnlyList<IReadOnlyList<AwsPolicyDocument>>? ResourceControls { get; init; }
}

/// <summary>The compiled set of everything that binds: immutable, thread-safe, evaluated without allocation.</summary>
public sealed class AwsPolicySet
{
    public static AwsPolicySet Compile(AwsPolicyLayers layers) => throw new NotSupportedException();

    /// <summary>Decides into <paramref name="decision"/>, which is reset first.</summary>
    public void Decide(AwsRequest request, Decision decision) => throw new NotSupportedException();
}

namespace Nullius.Policy.Intent;

/// <summary>One document that an intent compiles to.</summary>
/// <param name="File">Its name, with the dialect's folder: <c>aws/identity-policy.json</c>.</param>
/// <param name="Content">JSON, indented, ending in a newline.</param>
public sealed record IntentDocument(IntentDialect Dialect, string File, string Content);

/// <summary>Something of the intent that a dialect cannot say, or says only under an assumption.</summary>
/// <param name="Condition">The member of the intent: <c>mfa</c>, <c>until</c>, …; null for a remark that takes nothing away.</param>
/// <param name="Message">One line: what cannot be said and what to do instead.</param>
public sealed record IntentLimit(IntentDialect Dialect, string? Condition, string Message);

/// <summary>An intent in the dialects' words.</summary>
public sealed record CompiledIntent(AccessIntent Intent, IReadOnlyList<IntentDocument> Documents, IReadOnlyList<IntentLimit> Limits)
{
    /// <summary>Compiles an intent to the dialects that it names callers and resources of. The same intent gives the same bytes.</summary>
    public static CompiledIntent Of(AccessIntent intent, IReadOnlyCollection<IntentDialect>? only = null)
    {
        var documents = new List<IntentDocument>();
        var limits = new List<IntentLimit>();
        foreach (var dialect in intent.Dialects.Where(d => only is null || only.Count == 0 || only.Contains(d)))
        {
            switch (dialect)
            {
                case IntentDialect.Aws:
                    Aws.AwsIntentCompiler.Compile(intent, documents, limits);
                    break;
                case IntentDialect.Entra:
                    Entra.EntraIntentCompiler.Compile(intent, documents, limits);
                    break;
                case IntentDialect.Gcp:
                    Gcp.GcpIntentCompiler.Compile(intent, documents, limits);
                    break;
            }
        }
        return new CompiledIntent(intent, documents, limits);
    }

    /// <summary>Whether the dialect cannot say that member of the intent.</summary>
    internal bool Lacks(IntentDialect dialect, string condition) => Limits.Any(l => l.Dialect == dialect && l.Condition == condition);

    internal string? Document(string file) => Documents.FirstOrDefault(d => d.File == file)?.Content;
}

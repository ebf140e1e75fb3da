using Nullius.Policy.Dialects.Aws;

namespace Nullius.Monitoring.Ingest.Aws;

/// <summary>One resource of a call.</summary>
/// <param name="Arn">The ARN; of a pattern, as a policy would write it.</param>
/// <param name="Account">Who owns it; null where the event does not say.</param>
/// <param name="IsPattern">The event tells only the part of the name that is not a wildcard.</param>
internal readonly record struct CallResource(string Arn, string? Account = null, bool IsPattern = false);

/// <summary>What an event says that its resources may be made from.</summary>
/// <param name="Listed">The ARNs of the event's <c>resources</c>, with the account that each belongs to where it says so.</param>
/// <param name="Parameters">The event's <c>requestParameters</c> as JSON; empty when there are none.</param>
/// <param name="listedOnly">The parameters are looked at later, where the list does not tell.</param>
internal readonly ref struct CallFacts(List<CallResource> listed, ReadOnlySpan<byte> parameters, string region, string? account, bool listedOnly)
{
    internal List<CallResource> Listed { get; } = listed;

    internal ReadOnlySpan<byte> Parameters { get; } = parameters;

    internal string Region { get; } = region;

    internal string? Account { get; } = account;

    internal bool ListedOnly { get; } = listedOnly;
}

/// <summary>
/// The ARNs that a call was about: those that the event lists where they are of a form that the action takes, else those that
/// its request parameters complete. Nothing is guessed: what cannot be completed is a pattern where the provider adds the rest
/// of a known name, and else not known.
/// </summary>
internal static class CallResources
{
    private const int MostResources = 32;

    /// <summary>The resources; a single <c>*</c> for an action that takes none; empty when they are not known.</summary>
    internal static List<CallResource> Of(NeededAction needed, in CallFacts facts)
    {
        if (ResourceForms.Of(needed.Action) is not { } forms)
            return facts.ListedOnly ? [] : [new CallResource("*")];
        if (needed.Parameter is null)
        {
            var listed = facts.Listed.Where(r => Takes(forms, r.Arn)).ToList();
            if (listed.Count > 0)
                return Narrowed(listed, facts.Listed.Find(r => r.Account is not null).Account);
        }
        if (facts.ListedOnly)
            return [];
        var parameters = RequestParameters.Read(facts.Parameters);
        if (needed.Parameter is { } parameter)
            return FromSource(parameters.First(parameter), forms);
        if (SpecialResources.Of(needed, parameters, facts.Region, facts.Account) is { } special)
            return special;
        var completed = new CallCompletion(needed, parameters, facts.Region, facts.Account).Of(forms);
        if (completed.Count > 0)
            return completed;
        var reads = needed.Reads || parameters.IsEmpty;
        return forms.Required.Count == 0 && forms.Optional.Count > 0 && reads && !parameters.NamesAny(needed.Service, forms) ? [new CallResource("*")] : [];
    }

    private static bool Takes(ActionForms forms, string arn) => forms.Required.Any(f => f.Matches(arn)) || forms.Optional.Any(f => f.Matches(arn));

    /// <summary>An object's event lists its bucket too, and a form for buckets matches objects: of ARNs that begin alike the longest is meant.</summary>
    private static List<CallResource> Narrowed(List<CallResource> listed, string? account)
    {
        return [.. listed.Where(r => !listed.Exists(o => o.Arn.Length > r.Arn.Length && o.Arn.StartsWith(r.Arn + "/", StringComparison.Ordinal))).Take(MostResources).Select(r => r with { Account = r.Account ?? account })];
    }

    /// <summary><c>bucket/key</c>, with or without a slash before it, percent-encoded as the header is; or an ARN.</summary>
    private static List<CallResource> FromSource(string? source, ActionForms forms)
    {
        if (source is null)
            return [];
        if (source.StartsWith("arn:", StringComparison.Ordinal))
            return Takes(forms, source) ? [new CallResource(source)] : [];
        var text = Uri.UnescapeDataString(source.TrimStart('/'));
        var version = text.IndexOf("?versionId=", StringComparison.Ordinal);
        var arn = text.StartsWith("arn:", StringComparison.Ordinal) ? text : "arn:aws:s3:::" + (version < 0 ? text : text[..version]);
        return Takes(forms, arn) ? [new CallResource(arn)] : [];
    }
}

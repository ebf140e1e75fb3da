using Nullius.Policy.Dialects.Aws.Data;

namespace Nullius.Policy.Dialects.Aws;

/// <summary>Facts about the provider's actions, for whoever reads or writes policies without deciding.</summary>
public static class AwsActionFacts
{
    /// <summary>Package and version that the facts are from.</summary>
    public static string Source => ActionTable.Version;

    /// <summary>Whether the provider has an action of that name (<c>service:Action</c>, without case).</summary>
    public static bool IsKnown(string action) => Find(action) is not null;

    /// <summary>Whether the action takes no resource: statements about it need <c>*</c>. False for an unknown one.</summary>
    public static bool TakesNoResource(string action) => Find(action)?.TakesNone == true;

    private static ActionFact? Find(string action)
    {
        var colon = action.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && ActionTable.Find(action[..colon]) is { } service && service.Actions.TryGetValue(action[(colon + 1)..], out var fact) ? fact : null;
    }
}

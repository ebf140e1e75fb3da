namespace Nullius.Policy.Simulation.Estate;

/// <summary>What is asked of an estate.</summary>
/// <param name="Principal">An ARN, a user name, an address, an object id: whatever the cloud of the action knows the caller by.</param>
/// <param name="Action">Tells the cloud too: <c>s3:GetObject</c>, <c>Microsoft.Storage/…/read</c>, <c>storage.objects.get</c>, <c>signIn</c>.</param>
/// <param name="Resource">An ARN, an Azure resource id, an application, a Google Cloud resource name; <c>*</c> where there is none.</param>
/// <param name="Context">Condition keys by the names of that cloud, without regard to case; each with its values.</param>
public sealed record EstateQuestion(string Principal, string Action, string Resource, IReadOnlyDictionary<string, IReadOnlyList<string>> Context)
{
    internal string? Value(string key) => Context.FirstOrDefault(c => c.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value is { Count: > 0 } values ? values[0] : null;

    /// <summary>The name of the case, for the answer.</summary>
    internal string Name => $"{Principal} {Action} {Resource}";
}

/// <summary>The clouds that an estate may hold.</summary>
public enum EstateCloud
{
    Aws,
    /// <summary>Conditional Access, and Azure's role assignments behind it.</summary>
    Entra,
    Gcp,
}

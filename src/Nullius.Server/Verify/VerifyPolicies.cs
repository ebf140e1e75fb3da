using System.Globalization;
using System.Text.Json;

namespace Nullius.Server.Verify;

/// <summary>The policies of a run. One operation for each control, so that a check changes exactly one thing.</summary>
internal sealed class VerifyPolicies(string route)
{
    public const string Grants = "grants.json";
    public const string Administrator = "administrator.json";
    public const string Boundary = "boundary.json";
    public const string Guardrail = "guardrail.json";

    /// <summary>Operations of the temporary route by the path prefix that they stand for.</summary>
    public static readonly (string Name, string Path)[] Operations =
    [
        ("Open", "/open*"),
        ("NeedsFactor", "/factor*"),
        ("NeedsManaged", "/managed*"),
        ("Denied", "/denied*"),
        ("Administer", "/admin*"),
        ("Guarded", "/guarded*"),
        ("Changing", "/changing*"),
        ("Timed", "/timed*"),
    ];

    /// <summary>What members of the run's group are given.</summary>
    /// <param name="changing">Whether the operation that a check takes away is still granted.</param>
    /// <param name="timedUntil">When the operation that ends by time ends.</param>
    public string GrantsText(bool changing, DateTimeOffset timedUntil) => Document(
        Allow("Granted", [.. ((string[])["Open", "Denied", "Guarded"]).Concat(changing ? ["Changing"] : []).Select(Action)]),
        Allow("WithSecondFactor", [Action("NeedsFactor")], ("Bool", "aws:MultiFactorAuthPresent", "true")),
        Allow("FromManagedDevice", [Action("NeedsManaged")], ("StringEquals", "nullius:DeviceState", "compliant")),
        Allow("UntilThen", [Action("Timed")], ("DateLessThan", "aws:CurrentTime", timedUntil.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))),
        Statement("Deny", "NeverThis", [Action("Denied")]));

    /// <summary>Everything, as an administrator has it.</summary>
    public string AdministratorText => Document(Allow("Everything", [route + ":*"]));

    /// <summary>The cap on that administrator.</summary>
    public string BoundaryText => Document(Allow("NoMoreThan", [Action("Open"), Action("Guarded")]));

    /// <summary>A limit for everyone: one more level, which takes one operation of this route from everybody and nothing else from anybody.</summary>
    public string GuardrailText => Document(Allow("TheRest", ["*"]), Statement("Deny", "NobodyAtAll", [Action("Guarded")]));

    private string Action(string operation) => $"{route}:{operation}";

    private static Dictionary<string, object> Allow(string sid, IReadOnlyList<string> actions, params (string Operator, string Key, string Value)[] conditions) =>
        Statement("Allow", sid, actions, conditions);

    private static Dictionary<string, object> Statement(string effect, string sid, IReadOnlyList<string> actions, params (string Operator, string Key, string Value)[] conditions)
    {
        var statement = new Dictionary<string, object> { ["Sid"] = sid, ["Effect"] = effect, ["Action"] = actions, ["Resource"] = "*" };
        if (conditions.Length > 0)
        {
            statement["Condition"] = conditions.ToDictionary(c => c.Operator, c => new Dictionary<string, string> { [c.Key] = c.Value });
        }
        return statement;
    }

    private static string Document(params Dictionary<string, object>[] statements) =>
        JsonSerializer.Serialize(new Dictionary<string, object> { ["Version"] = "2012-10-17", ["Statement"] = statements });
}

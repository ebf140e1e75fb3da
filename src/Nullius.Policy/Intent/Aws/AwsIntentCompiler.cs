using System.Text.Json.Nodes;

namespace Nullius.Policy.Intent.Aws;

/// <summary>
/// An identity policy that allows under the conditions; and, where they bind everybody, a service control policy that denies what does not meet them:
/// one statement a condition, since conditions of one statement would all have to fail.
/// </summary>
internal static class AwsIntentCompiler
{
    internal const string Identity = "aws/identity-policy.json";
    internal const string Guardrail = "aws/service-control-policy.json";

    /// <summary>The session tag by which AWS knows of a device, and its values.</summary>
    internal const string DeviceTag = "aws:PrincipalTag/Device";

    internal static string DeviceValue(IntentDevice device) => device == IntentDevice.Compliant ? "compliant" : "managed";

    internal static void Compile(AccessIntent intent, List<IntentDocument> documents, List<IntentLimit> limits)
    {
        var conditions = intent.Conditions;
        documents.Add(IntentJson.Document(IntentDialect.Aws, Identity, new JsonObject
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonArray(Statement(intent, Sid(intent), "Allow", Allowing(conditions))),
        }));
        if (intent.BindsEverybody && Denying(conditions) is { Count: > 0 } denying)
        {
            documents.Add(IntentJson.Document(IntentDialect.Aws, Guardrail, new JsonObject
            {
                ["Version"] = "2012-10-17",
                ["Statement"] = new JsonArray([.. denying.Select(d => (JsonNode)Statement(intent, Sid(intent) + d.Name, "Deny", d.Condition))]),
            }));
        }
        if (conditions.Countries.Count > 0)
            limits.Add(new IntentLimit(IntentDialect.Aws, "countries", "AWS has no condition on the caller's country: list the addresses, or ask for it where people sign in"));
        if (conditions.Device != IntentDevice.Any)
            limits.Add(new IntentLimit(IntentDialect.Aws, null, $"AWS knows of a device what the identity provider says: it must set the session tag `Device` to `{DeviceValue(conditions.Device)}` (`{DeviceTag}`), and nobody else may"));
        foreach (var capability in intent.Capabilities.Where(c => c.Aws?.StartsWith("sts:AssumeRole", StringComparison.Ordinal) == true))
            limits.Add(new IntentLimit(IntentDialect.Aws, capability.Name, $"`{capability.Aws}` is not granted by an identity policy alone: the role's trust policy must name the callers too"));
        foreach (var capability in intent.Capabilities.Where(c => c.Aws?.StartsWith("kms:", StringComparison.Ordinal) == true))
            limits.Add(new IntentLimit(IntentDialect.Aws, capability.Name, $"`{capability.Aws}` is not granted by an identity policy alone: the key's policy must leave it to the account's policies, or name the callers"));
        foreach (var capability in intent.Capabilities.Where(c => c.Aws is null))
            limits.Add(new IntentLimit(IntentDialect.Aws, capability.Name, $"AWS has no action for `{capability.Name}`"));
    }

    private static string Sid(AccessIntent intent) => string.Concat(intent.Name.Split('-').Where(p => p.Length > 0).Select(p => char.ToUpperInvariant(p[0]) + p[1..]));

    private static JsonObject Statement(AccessIntent intent, string sid, string effect, JsonObject condition)
    {
        var statement = new JsonObject
        {
            ["Sid"] = sid,
            ["Effect"] = effect,
            ["Action"] = IntentJson.Texts(intent.Capabilities.Select(c => c.Aws).OfType<string>()),
            ["Resource"] = IntentJson.Texts(intent.AwsResources),
        };
        if (condition.Count > 0)
            statement["Condition"] = condition;
        return statement;
    }

    private static JsonObject Of(string key, JsonNode value) => new() { [key] = value };

    private static JsonObject Allowing(IntentConditions conditions)
    {
        var json = new JsonObject();
        if (conditions.Mfa)
            json["Bool"] = Of("aws:MultiFactorAuthPresent", "true");
        var equal = new JsonObject();
        if (conditions.Device != IntentDevice.Any)
            equal[DeviceTag] = DeviceValue(conditions.Device);
        if (conditions.Regions.Count > 0)
            equal["aws:RequestedRegion"] = IntentJson.Texts(conditions.Regions);
        if (equal.Count > 0)
            json["StringEquals"] = equal;
        if (conditions.Addresses.Count > 0)
            json["IpAddress"] = Of("aws:SourceIp", IntentJson.Texts(conditions.Addresses.Select(a => a.ToString())));
        if (conditions.From is { } from)
            json["DateGreaterThanEquals"] = Of("aws:CurrentTime", IntentJson.Instant(from));
        if (conditions.Until is { } until)
            json["DateLessThan"] = Of("aws:CurrentTime", IntentJson.Instant(until));
        return json;
    }

    /// <summary>Negated operators, and <c>IfExists</c>: a key that is absent is not met either.</summary>
    private static List<(string Name, JsonObject Condition)> Denying(IntentConditions conditions)
    {
        var list = new List<(string, JsonObject)>();
        if (conditions.Mfa)
            list.Add(("WithoutMfa", Of("BoolIfExists", Of("aws:MultiFactorAuthPresent", "false"))));
        if (conditions.Device != IntentDevice.Any)
            list.Add(("OtherDevices", Of("StringNotEquals", Of(DeviceTag, DeviceValue(conditions.Device)))));
        if (conditions.Regions.Count > 0)
            list.Add(("OtherRegions", Of("StringNotEquals", Of("aws:RequestedRegion", IntentJson.Texts(conditions.Regions)))));
        if (conditions.Addresses.Count > 0)
            list.Add(("OtherAddresses", Of("NotIpAddress", Of("aws:SourceIp", IntentJson.Texts(conditions.Addresses.Select(a => a.ToString()))))));
        if (conditions.From is { } from)
            list.Add(("TooEarly", Of("DateLessThan", Of("aws:CurrentTime", IntentJson.Instant(from)))));
        if (conditions.Until is { } until)
            list.Add(("TooLate", Of("DateGreaterThanEquals", Of("aws:CurrentTime", IntentJson.Instant(until)))));
        return list;
    }
}

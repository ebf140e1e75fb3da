using System.Text.Json;

namespace Nullius.Policy.Tests.Reference;

/// <summary>What a layer says, by how the caller was named.</summary>
internal sealed class ReferenceLayer
{
    internal bool? Deny { get; set; } = false;

    /// <summary>Keys: direct, limited, account.</summary>
    internal Dictionary<string, bool?> Allow { get; } = new() { ["direct"] = false, ["limited"] = false, ["account"] = false };

    internal bool? Any => Logic.Or(Allow["direct"], Logic.Or(Allow["limited"], Allow["account"]));
}

/// <summary>
/// The evaluation logic as its documentation tells it, over the JSON itself: every statement of every policy, in order.
/// Shares no code with the compiled evaluator.
/// </summary>
internal sealed class ReferenceAws(JsonElement policies, ReferenceRequest request)
{
    private bool HasBoundary => Has("boundary");

    private bool Has(string kind) => policies.TryGetProperty(kind, out var value) && value.ValueKind != JsonValueKind.Null;

    internal (string Word, string[] BlockedBy) Decide()
    {
        if (request.Action.Equals("sts:GetCallerIdentity", StringComparison.OrdinalIgnoreCase) && !request.IsAnonymous)
            return ("allow", []);
        if (request.Action.Equals("sts:GetSessionToken", StringComparison.OrdinalIgnoreCase) && (request.IsUser || request.IsRoot))
            return ("allow", []);
        var layers = new Dictionary<string, (bool? Deny, bool? Allow)>();
        layers["rcp"] = RcpApplies() ? Levels("rcp") : (false, true);
        layers["scp"] = ScpApplies() ? Levels("scp") : (false, true);
        layers["endpoint"] = Has("endpoint") && policies.GetProperty("endpoint").GetArrayLength() > 0 ? Simple("endpoint") : (false, true);
        var resource = Has("resource") ? Layer(policies.GetProperty("resource"), "resource") : new ReferenceLayer();
        layers["identity"] = Has("identity") ? Simple("identity") : (false, false);
        var refused = (request.IsRoot || request.IsAnonymous) && request.Action.Equals("sts:AssumeRole", StringComparison.OrdinalIgnoreCase);
        if (request.IsRoot && !refused)
            layers["identity"] = (layers["identity"].Deny, true);
        if (refused)
            resource = new ReferenceLayer { Deny = resource.Deny };
        if (request.IsRoot && Rule() == "same" && request.Action.ToLowerInvariant() is "s3:getbucketpolicy" or "s3:putbucketpolicy" or "s3:deletebucketpolicy")
            resource.Deny = false;
        layers["boundary"] = Has("boundary") ? Simple("boundary") : (false, true);
        layers["session"] = Has("session") ? Simple("session") : (false, !request.Principal.Contains(":federated-user/"));
        var rule = Rule();
        var granted = Grant(rule, resource, layers["identity"].Allow, Logic.And(layers["boundary"].Allow, layers["session"].Allow));
        var deny = layers.Values.Aggregate(resource.Deny, (d, l) => Logic.Or(d, l.Deny));
        var allow = Logic.And(granted, Logic.And(layers["rcp"].Allow, Logic.And(layers["scp"].Allow, layers["endpoint"].Allow)));
        var word = deny == true ? "explicitDeny" : allow == false ? "implicitDeny" : deny is null || allow is null ? "unknown" : "allow";
        return (word, word == "allow" ? [] : Blockers(layers, resource, granted, rule));
    }

    private string[] Blockers(Dictionary<string, (bool? Deny, bool? Allow)> layers, ReferenceLayer resource, bool? granted, string rule)
    {
        string[] order = ["rcp", "scp", "endpoint", "resource", "identity", "boundary", "session"];
        var all = order.ToDictionary(o => o, o => o == "resource" ? resource.Deny : layers[o].Deny);
        List<string> named = [.. order.Where(o => all[o] == true), .. order.Where(o => all[o] is null)];
        named.AddRange(new[] { "rcp", "scp", "endpoint" }.Where(o => layers[o].Allow != true));
        if (granted != true)
        {
            var named1 = Logic.Or(resource.Allow["direct"], resource.Allow["limited"]);
            var identity = rule != "service" && (rule == "cross" || named1 != true) && layers["identity"].Allow != true;
            if (rule == "same" ? Has("resource") && identity && resource.Any != true : resource.Any != true)
                named.Add("resource");
            if (identity)
                named.Add("identity");
            if (rule != "service" && layers["boundary"].Allow != true)
                named.Add("boundary");
            if (rule != "service" && layers["session"].Allow != true)
                named.Add("session");
        }
        return [.. named.Distinct()];
    }

    private string Rule()
    {
        var action = request.Action.ToLowerInvariant();
        if (request.IsAnonymous || request.IsService || action is "sts:assumerolewithsaml" or "sts:assumerolewithwebidentity")
            return "service";
        if (request.OwnerAccount.Length > 0 && request.PrincipalAccount.Length > 0 && request.OwnerAccount != request.PrincipalAccount)
            return "cross";
        var trust = action is "sts:assumerole" or "sts:tagsession" or "sts:setsourceidentity" && ReferenceText.IsArn(request.Resource);
        var key = action.StartsWith("kms:", StringComparison.Ordinal) && request.Resource.StartsWith("arn:aws:kms:", StringComparison.Ordinal) && request.Resource.Contains(":key/");
        return trust || key ? "owner" : "same";
    }

    private static bool? Grant(string rule, ReferenceLayer resource, bool? identity, bool? limits)
    {
        var side = Logic.And(identity, limits);
        var direct = Logic.Or(resource.Allow["direct"], Logic.And(resource.Allow["limited"], limits));
        return rule switch
        {
            "service" => resource.Any,
            "cross" => Logic.And(resource.Any, side),
            "owner" => Logic.Or(direct, Logic.And(resource.Allow["account"], side)),
            _ => Logic.Or(side, direct),
        };
    }

    private bool IsServiceLinked => request.Principal.Contains(":role/aws-service-role/") || request.Principal.Contains(":assumed-role/AWSServiceRoleFor");

    private bool Manages(string account) =>
        account.Length > 0 && request.Context.TryGetValue("aws:PrincipalOrgMasterAccountId", out var manager) && manager.Texts.SequenceEqual([account]);

    private bool ScpApplies() => Has("scp") && !Manages(request.PrincipalAccount) && !request.IsAnonymous && !request.IsService && !IsServiceLinked;

    private bool RcpApplies()
    {
        if (!Has("rcp") || IsServiceLinked || Manages(request.OwnerAccount) || request.Action.Equals("kms:RetireGrant", StringComparison.OrdinalIgnoreCase))
            return false;
        if (ReferenceText.IsArn(request.Resource) && !request.Resource.StartsWith("arn:aws", StringComparison.Ordinal))
            return true;
        return request.Action.Split(':')[0].ToLowerInvariant() is "s3" or "sts" or "sqs" or "kms" or "secretsmanager"
            or "cognito-idp" or "cognito-identity" or "logs" or "dynamodb" or "ecr" or "aoss";
    }

    private (bool? Deny, bool? Allow) Levels(string kind)
    {
        (bool? Deny, bool? Allow) result = (false, true);
        foreach (var level in policies.GetProperty(kind).EnumerateArray())
        {
            var layer = Layer(level, kind);
            result = (Logic.Or(result.Deny, layer.Deny), Logic.And(result.Allow, layer.Any));
        }
        return result;
    }

    private (bool? Deny, bool? Allow) Simple(string kind)
    {
        var layer = Layer(policies.GetProperty(kind), kind);
        return (layer.Deny, layer.Any);
    }

    private ReferenceLayer Layer(JsonElement documents, string kind)
    {
        var layer = new ReferenceLayer();
        foreach (var document in documents.ValueKind == JsonValueKind.Array ? documents.EnumerateArray().ToArray() : [documents])
        {
            var variables = document.TryGetProperty("Version", out var version) && version.GetString() == "2012-10-17";
            var statements = document.GetProperty("Statement");
            foreach (var statement in statements.ValueKind == JsonValueKind.Array ? statements.EnumerateArray().ToArray() : [statements])
                Apply(statement, variables, kind, layer);
        }
        return layer;
    }

    private void Apply(JsonElement statement, bool variables, string kind, ReferenceLayer layer)
    {
        var isDeny = statement.GetProperty("Effect").GetString() == "Deny";
        var named = ReferencePrincipal.Match(statement, isDeny, HasBoundary, request);
        if (named is null)
        {
            if (kind is "resource" or "endpoint")
                return;
            named = "direct";
        }
        if (named == "none" || !ActionMatches(statement))
            return;
        var result = Logic.And(ResourceMatches(statement, variables), ConditionsHold(statement, variables, isDeny));
        if (isDeny)
            layer.Deny = Logic.Or(layer.Deny, result);
        else
            layer.Allow[named] = Logic.Or(layer.Allow[named], result);
    }

    private static string[] Strings(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(v => v.GetString()!)] : [value.GetString()!];

    private static bool IsBroken(string action) => action.Length == 0 || action.Any(c => char.IsWhiteSpace(c) || c == ',');

    private bool ActionMatches(JsonElement statement)
    {
        if (IsBroken(request.Action))
            return false;
        bool Any(string name) => Strings(statement.GetProperty(name)).Any(a => !IsBroken(a) && ReferenceText.Matches(request.Action, a, false, true, true, request) == true);
        if (statement.TryGetProperty("Action", out _))
            return Any("Action");
        return !Strings(statement.GetProperty("NotAction")).Any(IsBroken) && !Any("NotAction");
    }

    private bool? ResourceMatches(JsonElement statement, bool variables)
    {
        var inverted = statement.TryGetProperty("NotResource", out var list);
        if (!inverted && !statement.TryGetProperty("Resource", out list))
            return true;
        var from = variables ? 5 : 99;
        var named = statement.TryGetProperty("Principal", out _) || statement.TryGetProperty("NotPrincipal", out _);
        if (inverted && Strings(list).Any(r => ReferenceText.IsMalformed(named ? r : ReferenceText.Complete(r, variables), variables)))
            return false;
        var patterns = Strings(list);
        if (!named)
            patterns = [.. patterns.Select(p => ReferenceText.Complete(p, variables))];
        if (inverted && patterns.Any(p => ReferenceText.LacksValue(p, from, request)))
            return false;
        bool? any = false;
        foreach (var pattern in patterns)
            any = Logic.Or(any, ReferenceText.ArnMatches(request.Resource, pattern, from, request));
        if (!inverted)
            return any;
        return request.Resource != "*" && !ReferenceText.IsArn(request.Resource) ? false : Logic.Not(any);
    }

    private bool? ConditionsHold(JsonElement statement, bool variables, bool isDeny)
    {
        bool? result = true;
        if (!statement.TryGetProperty("Condition", out var condition))
            return result;
        foreach (var operation in condition.EnumerateObject())
        {
            foreach (var key in operation.Value.EnumerateObject())
                result = Logic.And(result, ReferenceCondition.Holds(operation.Name, key.Name, key.Value, variables, isDeny, request));
        }
        return result;
    }
}

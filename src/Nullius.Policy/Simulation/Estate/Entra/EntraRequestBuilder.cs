using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nullius.Policy.Simulation.Estate.Entra;

/// <summary>Makes the request of a Conditional Access case out of a question: what is done to which application, and the signals that were given.</summary>
internal static partial class EntraRequestBuilder
{
    private static readonly string[] s_texts =
    [
        "clientApp", "userRisk", "signInRisk", "insiderRisk", "servicePrincipalRisk", "authenticationFlow", "guestType", "guestTenant", "now", "authenticatedAt", "mfaAt",
    ];

    private static readonly string[] s_device = ["platform", "compliant", "hybridJoined", "registered"];

    /// <summary>Applications that every tenant has (reference: Conditional Access: target resources).</summary>
    private static readonly Dictionary<string, string> s_known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Windows Azure Service Management API"] = "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        ["Azure Resource Manager"] = "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        ["Microsoft Graph"] = "00000003-0000-0000-c000-000000000000",
        ["Azure Storage"] = "e406a681-f3d4-42a8-90b6-c2b029497af1",
        ["Azure Key Vault"] = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
        ["Office 365 Exchange Online"] = "00000002-0000-0ff1-ce00-000000000000",
        ["Office 365 SharePoint Online"] = "00000003-0000-0ff1-ce00-000000000000",
    };

    [GeneratedRegex("^c[0-9]{1,3}$", RegexOptions.NonBacktracking)]
    private static partial Regex AuthenticationContext { get; }

    [GeneratedRegex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", RegexOptions.NonBacktracking)]
    private static partial Regex ObjectId { get; }

    internal static JsonObject Build(EstateQuestion question, EntraCaller caller, string? application, EntraDirectory directory)
    {
        var request = new JsonObject { [caller.IsServicePrincipal ? "servicePrincipal" : "user"] = caller.Id };
        if (application is not null)
            request["application"] = application;
        else if (question.Action.StartsWith("urn:user:", StringComparison.OrdinalIgnoreCase))
            request["userAction"] = question.Action;
        else
            AddApplication(question, request, directory);
        AddAttributes(request, "applicationAttributes", directory.ServicePrincipals.Values.FirstOrDefault(s => string.Equals(s.Json.Text("appId"), request["application"].Text(), StringComparison.OrdinalIgnoreCase)));
        if (caller.IsServicePrincipal)
            AddAttributes(request, "servicePrincipalAttributes", directory.ServicePrincipals.GetValueOrDefault(caller.Id));
        foreach (var (key, values) in question.Context)
            AddSignal(request, key, values);
        return request;
    }

    /// <summary>Custom security attributes, where the export asked for them (<c>$select=customSecurityAttributes</c>): by set and name.</summary>
    private static void AddAttributes(JsonObject request, string member, EntraObject? owner)
    {
        // An object without any has `null`, one that was not asked for them has no such member.
        if (owner is null || !owner.Json.TryGetProperty("customSecurityAttributes", out var sets))
            return;
        var attributes = new JsonObject();
        foreach (var set in sets.ValueKind == JsonValueKind.Object ? sets.EnumerateObject() : default)
        {
            foreach (var attribute in set.Value.ValueKind == JsonValueKind.Object ? set.Value.EnumerateObject() : default)
            {
                if (!attribute.Name.Contains('@', StringComparison.Ordinal) && attribute.Value.ValueKind is JsonValueKind.String or JsonValueKind.Array)
                    attributes[$"{set.Name}_{attribute.Name}"] = attribute.Value.Node();
            }
        }
        request[member] = attributes;
    }

    private static void AddApplication(EstateQuestion question, JsonObject request, EntraDirectory directory)
    {
        if (AuthenticationContext.IsMatch(question.Action))
            request["authenticationContexts"] = new JsonArray(question.Action);
        else if (question.Action.ToLowerInvariant() is not ("signin" or "sign-in" or "access"))
            throw new SimulationInputException("bad-action", $"`{PolicyDiagnostic.Quote(question.Action)}` is no action, expected `signIn`, `urn:user:registersecurityinfo`, `urn:user:registerdevice`, an authentication context such as `c1`, or an operation of Azure such as `Microsoft.Compute/virtualMachines/start/action`", "$.request.action");
        if (question.Resource == "*")
            return;
        request["application"] = Application(question.Resource, directory)
            ?? throw new SimulationInputException("unknown-application", $"`{PolicyDiagnostic.Quote(question.Resource)}` is no application of the export, expected its application id or its name", "$.request.resource");
    }

    private static string? Application(string name, EntraDirectory directory)
    {
        var found = directory.ServicePrincipals.Values.Concat(directory.Applications.Values).FirstOrDefault(a =>
            a.Id.Equals(name, StringComparison.OrdinalIgnoreCase) || string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(a.Json.Text("appId"), name, StringComparison.OrdinalIgnoreCase));
        if (name is "Office365" or "MicrosoftAdminPortals")
            return name;
        return found?.Json.Text("appId") ?? s_known.GetValueOrDefault(name) ?? (ObjectId.IsMatch(name) ? name : null);
    }

    /// <summary>The names of Graph's what-if, and short ones.</summary>
    private static readonly Dictionary<string, string> s_otherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["devicePlatform"] = "device.platform", ["platform"] = "device.platform", ["device.isCompliant"] = "device.compliant", ["compliant"] = "device.compliant", ["isCompliant"] = "device.compliant",
        ["hybridJoined"] = "device.hybridJoined", ["clientAppType"] = "clientApp", ["signInRiskLevel"] = "signInRisk", ["userRiskLevel"] = "userRisk",
        ["servicePrincipalRiskLevel"] = "servicePrincipalRisk", ["insiderRiskLevel"] = "insiderRisk", ["ipAddress"] = "location.ip", ["time"] = "now",
    };

    private static void AddSignal(JsonObject request, string name, IReadOnlyList<string> values)
    {
        var key = s_otherNames.GetValueOrDefault(name, name);
        var value = values[^1];
        if (key.Equals("satisfied", StringComparison.OrdinalIgnoreCase) || (key.Equals("mfa", StringComparison.OrdinalIgnoreCase) && IsTrue(value)))
        {
            var satisfied = request["satisfied"] as JsonArray ?? [];
            foreach (var control in key.Equals("mfa", StringComparison.OrdinalIgnoreCase) ? ["mfa"] : values)
                satisfied.Add(control);
            request["satisfied"] = satisfied.Parent is null ? satisfied : satisfied.DeepClone();
        }
        else if (key.Equals("mfa", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }
        else if (Array.Find(s_texts, t => t.Equals(key, StringComparison.OrdinalIgnoreCase)) is { } text)
        {
            request[text] = value;
        }
        else if (!AddPart(request, key, value))
        {
            throw new SimulationInputException("bad-key", $"`{PolicyDiagnostic.Quote(key)}` is no signal of a sign-in, expected one of mfa, satisfied, {string.Join(", ", s_texts)}, "
                + "device.platform, device.compliant, device.hybridJoined, device.registered, device.attributes.NAME, location.ip, location.country, applicationAttributes.SET_NAME", "$.request.context");
        }
    }

    private static bool AddPart(JsonObject request, string key, string value)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        var name = dot < 0 ? "" : key[(dot + 1)..];
        if (key.StartsWith("device.attributes.", StringComparison.OrdinalIgnoreCase))
        {
            var device = Part(request, "device");
            Part(device, "attributes")[key["device.attributes.".Length..]] = value;
            return true;
        }
        if (key.StartsWith("device.", StringComparison.OrdinalIgnoreCase) && Array.Find(s_device, d => d.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } field)
        {
            Part(request, "device")[field] = field == "platform" ? value : IsTrue(value);
            return true;
        }
        foreach (var owner in new[] { "applicationAttributes", "servicePrincipalAttributes" })
        {
            if (key.Length > owner.Length + 1 && key.StartsWith(owner + ".", StringComparison.OrdinalIgnoreCase))
            {
                Part(request, owner)[key[(owner.Length + 1)..]] = value;
                return true;
            }
        }
        var part = key.StartsWith("location.", StringComparison.OrdinalIgnoreCase) ? name : key;
        if (part.ToLowerInvariant() is not ("ip" or "country"))
            return false;
        Part(request, "location")[part.ToLowerInvariant()] = value;
        return true;
    }

    private static bool IsTrue(string value) => value.ToLowerInvariant() switch
    {
        "true" => true,
        "false" => false,
        _ => throw new SimulationInputException("bad-value", $"`{PolicyDiagnostic.Quote(value)}` is no flag, expected `true` or `false`", "$.request.context"),
    };

    private static JsonObject Part(JsonObject request, string name)
    {
        if (request[name] is JsonObject known)
            return known;
        var part = new JsonObject();
        request[name] = part;
        return part;
    }
}

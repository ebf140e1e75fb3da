using System.Net;
using Nullius.Policy.Capabilities;

namespace Nullius.Policy.Intent;

/// <summary>The dialects that an intent is compiled to.</summary>
public enum IntentDialect
{
    /// <summary>An identity policy, and a service control policy where the conditions bind everybody.</summary>
    Aws,
    /// <summary>Conditional Access with named locations, and a role assignment of Azure.</summary>
    Entra,
    /// <summary>A binding with its condition, a custom role and access levels.</summary>
    Gcp,
}

/// <summary>What is asked of the caller's device.</summary>
public enum IntentDevice
{
    /// <summary>Nothing.</summary>
    Any,
    /// <summary>The organisation manages it.</summary>
    Managed,
    /// <summary>It is managed and keeps the rules.</summary>
    Compliant,
}

/// <summary>Under which conditions. What is null or empty asks nothing.</summary>
/// <param name="From">The first instant.</param>
/// <param name="Until">The first instant no more.</param>
/// <param name="Countries">Where the caller is: ISO 3166-1 alpha-2.</param>
/// <param name="Regions">Regions of AWS in which the resource is reached.</param>
public sealed record IntentConditions(
    bool Mfa, IntentDevice Device, IReadOnlyList<IPNetwork> Addresses, DateTimeOffset? From, DateTimeOffset? Until, IReadOnlyList<string> Countries, IReadOnlyList<string> Regions);

/// <summary>One intent: who may do what on which resources under which conditions, in no cloud's words.</summary>
/// <param name="Name">Names the documents: letters, digits and hyphens.</param>
/// <param name="Aws">Users or roles by ARN; empty: the intent is not about AWS.</param>
/// <param name="Entra">Object ids of users, or <c>group:ID</c>.</param>
/// <param name="Gcp">Members as bindings write them.</param>
/// <param name="AwsResources">ARNs, with <c>*</c>.</param>
/// <param name="AzureScope">The id of a resource, resource group or subscription.</param>
/// <param name="GcpResource">What the binding is attached to: a full resource name, or <c>projects/ID</c>.</param>
/// <param name="GcpProject">The project that holds the custom role.</param>
/// <param name="AccessPolicy">The number of the organisation's access policy, for access levels.</param>
/// <param name="BindsEverybody">The conditions hold for whoever has the access from elsewhere too.</param>
public sealed partial record AccessIntent(
    string Name, IReadOnlyList<string> Aws, IReadOnlyList<string> Entra, IReadOnlyList<string> Gcp, IReadOnlyList<Capability> Capabilities,
    IReadOnlyList<string> AwsResources, string? AzureScope, string? GcpResource, string GcpProject, string AccessPolicy, IntentConditions Conditions, bool BindsEverybody)
{
    /// <summary>The dialects that the intent names callers and resources of.</summary>
    public IReadOnlyList<IntentDialect> Dialects =>
    [
        .. Aws.Count > 0 && AwsResources.Count > 0 ? [IntentDialect.Aws] : Array.Empty<IntentDialect>(),
        .. Entra.Count > 0 && AzureScope is not null ? [IntentDialect.Entra] : Array.Empty<IntentDialect>(),
        .. Gcp.Count > 0 && GcpResource is not null ? [IntentDialect.Gcp] : Array.Empty<IntentDialect>(),
    ];

    /// <summary>Reads an intent: YAML, or JSON of the same members. Null on errors, all of which are in <paramref name="diagnostics"/>.</summary>
    public static AccessIntent? Parse(ReadOnlySpan<byte> text, string source, ICollection<PolicyDiagnostic> diagnostics) => IntentReader.Read(text, source, diagnostics);
}

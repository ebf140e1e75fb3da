using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Gcp.Conditions;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Dialects.Gcp.Evaluation;

/// <summary>One role binding of an allow policy.</summary>
internal sealed record GcpBinding(StatementRef Reference, string AttachedTo, int Index, string Role, GcpMember[] Members, GcpCondition? Condition);

/// <param name="Permissions">Null when the role's content is not given.</param>
internal sealed record GcpRole(string Name, HashSet<string>? Permissions);

/// <summary>One rule of a deny policy. Permissions are in the spelling of <see cref="GcpPermission.DenyEntry"/>.</summary>
internal sealed record GcpDenyRule(
    StatementRef Reference, string AttachedTo, string? Policy, int Index, GcpMember[] Denied, GcpMember[] Excepted,
    HashSet<string> Permissions, HashSet<string> ExceptedPermissions, GcpCondition? Condition);

/// <summary>One principal access boundary, with what binds it to principals.</summary>
/// <param name="Resources">Normalised names: they and what is in them may be accessed.</param>
/// <param name="Bindings">Empty: the boundary applies to the principal of the request.</param>
internal sealed record GcpBoundary(StatementRef Reference, string Name, HashSet<string> Resources, GcpBoundaryBinding[] Bindings);

internal sealed record GcpBoundaryBinding(string Target, GcpCondition? Condition);

namespace Nullius.Server.Api;

/// <summary>Who acts, for the audit record of an action.</summary>
/// <param name="Reference">The audit record of the request itself, which the record of the action names.</param>
internal sealed record Actor(string PersonId, string UserName, string? SessionId, string Reference);

using Nullius.Gateway.Config;
using Nullius.Gateway.Snapshot;
using Nullius.Policy.Requests;

namespace Nullius.Gateway;

/// <summary>To whom bindings may grant an operation.</summary>
/// <param name="Groups">Names of groups; compared without case.</param>
/// <param name="Users">User names, compared without case; <c>*</c> is everybody.</param>
public sealed record GrantHolders(IReadOnlyList<string> Groups, IReadOnlyList<string> Users)
{
    internal static GrantHolders Of(GateSnapshot snapshot, string route, string operation, string path)
    {
        if (Array.Find(snapshot.Routes, one => one.Name == route) is not { } model)
            return new GrantHolders([], []);
        if (model.Config.Granting == GrantingDialect.Authenticated)
            return new GrantHolders([], ["*"]);
        var request = new AwsRequest
        {
            Principal = $"arn:aws:iam::{snapshot.Config.Account}:user/-",
            Action = $"{route}:{operation}",
            Resource = model.ResourcePrefix + path,
            ResourceAccount = model.Account,
        };
        var granting = snapshot.Policies.Bindings.Where(bound => bound.Config.Kind == BindingKind.Identity && bound.Document.MayAllow(request)).ToList();
        return new GrantHolders(
            [.. granting.SelectMany(bound => bound.Config.Groups).Distinct(StringComparer.OrdinalIgnoreCase)],
            [.. granting.SelectMany(bound => bound.Config.Users).Distinct(StringComparer.OrdinalIgnoreCase)]);
    }
}

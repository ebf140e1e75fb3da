using System.Runtime.CompilerServices;
using Nullius.Gateway.Config;
using Nullius.Policy;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Requests;
using Nullius.Server.Configuration;

namespace Nullius.Server.Tests.Demonstration;

/// <summary>What <c>demo/</c> says, decided by the engine as the gate would ask it.</summary>
public sealed class DemonstrationFilesTests
{
    private static readonly string Source = Path.Combine(RepositoryOf(), "demo");

    [Fact]
    public void The_configuration_has_no_error()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories))
            folder.File(Path.GetRelativePath(Source, file), File.ReadAllText(file));
        folder.File("legacy-password", "made by the first start");

        var (config, errors) = ConfigReader.ReadFile(Path.Combine(folder.Path, "nullius.yaml"));

        Assert.Empty(errors);
        Assert.Equal(["api", "iam", "legacy", "logs", "orders", "s3", "shop"], config!.Gate.Routes.Select(route => route.Name).Where(name => name != "console").Order(StringComparer.Ordinal));
        Assert.Equal("keys.nullius.localhost", config.Gate.Routes.Single(route => route.Name == "iam").Host);
    }

    [Fact]
    public void Every_policy_is_read_without_a_complaint_and_bound()
    {
        var config = Configuration();
        var diagnostics = new List<PolicyDiagnostic>();
        foreach (var binding in config.Bindings)
            Assert.True(Document(binding.Policy, diagnostics).CheckFor(binding.Kind == BindingKind.Boundary ? PolicyLayer.Boundary : PolicyLayer.Identity, diagnostics));
        Assert.NotNull(EntraPolicySet.Load(config.ConditionalAccess.Select(file => (file, (ReadOnlyMemory<byte>)File.ReadAllBytes(Path.Combine(Source, file)))), [], diagnostics));
        Assert.DoesNotContain(diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        var named = config.Bindings.Select(binding => binding.Policy).Concat(config.Guardrails.SelectMany(level => level)).Concat(config.ConditionalAccess);
        var present = Directory.EnumerateFiles(Source, "*.json", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Source, file));
        Assert.Equal(present.Order(StringComparer.Ordinal), named.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    // The guardrail of the cloud, on the route `iam`: without a second factor nobody makes a key, with one an administrator does.
    [InlineData("administrators", "iam:CreateAccessKey", false, false, Effect.Deny)]
    [InlineData("administrators", "iam:CreateAccessKey", null, true, Effect.Deny)]
    [InlineData("administrators", "iam:CreateAccessKey", true, false, Effect.Allow)]
    // The conditional policy, on the route `s3`: denied without a second factor on an unmanaged device.
    [InlineData("support", "s3:GetObject", false, false, Effect.Deny)]
    [InlineData("support", "s3:GetObject", false, true, Effect.Allow)]
    [InlineData("support", "s3:GetObject", true, false, Effect.Allow)]
    [InlineData("developers", "s3:PutObject", true, false, Effect.Deny)]
    [InlineData("developers", "s3:PutObject", true, true, Effect.Allow)]
    // The boundary: contractors were given the API and get the logs.
    [InlineData("contractors", "api:ReadOrders", true, true, Effect.Deny)]
    [InlineData("contractors", "logs:GetLogEvents", true, true, Effect.Allow)]
    // Roles.
    [InlineData("developers", "api:PlaceOrder", true, true, Effect.Allow)]
    [InlineData("developers", "api:DeleteOrder", true, true, Effect.Deny)]
    [InlineData("administrators", "api:DeleteOrder", true, true, Effect.Allow)]
    [InlineData("support", "api:ReadOrders", true, true, Effect.Allow)]
    [InlineData("support", "api:PlaceOrder", true, true, Effect.Deny)]
    [InlineData("support", "console:ListPeople", true, true, Effect.Deny)]
    [InlineData("support", "orders:Echo", true, true, Effect.Deny)]
    public void Who_may_do_what(string group, string action, bool? secondFactor, bool managed, Effect expected)
    {
        var config = Configuration();
        var diagnostics = new List<PolicyDiagnostic>();
        IReadOnlyList<AwsPolicyDocument>? Bound(BindingKind kind) =>
            config.Bindings.Where(binding => binding.Kind == kind && binding.Groups.Contains(group)).Select(binding => Document(binding.Policy, diagnostics)).ToList() is { Count: > 0 } found ? found : null;
        var policies = AwsPolicySet.Compile(new AwsPolicyLayers
        {
            Identity = Bound(BindingKind.Identity),
            Boundary = Bound(BindingKind.Boundary),
            Guardrails = [.. config.Guardrails.Select(level => level.Select(file => Document(file, diagnostics)).ToList())],
        });
        var route = action[..action.IndexOf(':', StringComparison.Ordinal)];
        var request = new AwsRequest
        {
            Principal = "arn:aws:iam::111122223333:user/somebody", Action = action, Resource = $"arn:nullius:{route}::111122223333:{(route == "s3" ? "/buckets/b/k" : "/")}", ResourceAccount = "111122223333",
        };
        if (secondFactor is { } present)
            request.Context.Set(ConditionKey.Of("aws:MultiFactorAuthPresent"), present);
        request.Context.Set(ConditionKey.Of("aws:PrincipalTag/Device"), managed ? "managed" : "unmanaged");
        var decision = new Decision();
        policies.Decide(request, decision);
        Assert.Equal((expected, 0), (decision.Effect, diagnostics.Count));
    }

    private static GateConfig Configuration() => ConfigReader.Read(File.ReadAllText(Path.Combine(Source, "nullius.yaml")), Path.Combine(Source, "nullius.yaml")).Config!.Gate;

    private static AwsPolicyDocument Document(string file, List<PolicyDiagnostic> diagnostics) =>
        AwsPolicyDocument.Parse(File.ReadAllBytes(Path.Combine(Source, file)), file, diagnostics)!;

    private static string RepositoryOf([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}

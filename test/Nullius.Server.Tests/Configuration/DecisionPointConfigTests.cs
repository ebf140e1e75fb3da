using Nullius.Gateway.Config;
using Nullius.Server.Configuration;

namespace Nullius.Server.Tests.Configuration;

public sealed class DecisionPointConfigTests
{
    private const string Route = """
        domain: example.org
        routes:
          - name: archive
            enforcedElsewhere: true

        """;

    [Fact]
    public void Without_the_section_there_is_no_decision_point()
    {
        Assert.Null(Read("domain: example.org").Config!.Gate.DecisionPoint);
    }

    [Fact]
    public void A_client_is_read_with_every_part_it_can_have()
    {
        var point = Read(Route + """
            decisionPoint:
              clients:
                - {name: shelf, users: [svc-shelf], devices: [dev-7], routes: [archive], states: ["aws:MultiFactorAuthPresent"], forwardsCertificates: true}
            """).Config!.Gate.DecisionPoint!;

        Assert.Equal("pdp.example.org", point.Host);
        var client = Assert.Single(point.Clients);
        Assert.Equal("shelf", client.Name);
        Assert.Equal(["svc-shelf"], client.Users);
        Assert.Equal(["dev-7"], client.Devices);
        Assert.Equal(["archive"], client.Routes);
        Assert.Equal(["aws:MultiFactorAuthPresent"], client.States);
        Assert.True(client.ForwardsCertificates);
    }

    [Theory]
    [InlineData("decisionPoint: {}", "missing-key")]
    [InlineData("decisionPoint: {clients: []}", "no-clients")]
    [InlineData("decisionPoint: {host: auth, clients: [{name: a, users: [u], routes: [archive]}]}", "same-host")]
    [InlineData("decisionPoint: {host: archive, clients: [{name: a, users: [u], routes: [archive]}]}", "host-taken")]
    [InlineData("decisionPoint: {clients: [{name: a, routes: [archive]}]}", "nobody")]
    [InlineData("decisionPoint: {clients: [{name: a, users: ['*'], routes: [archive]}]}", "everybody")]
    [InlineData("decisionPoint: {clients: [{name: a, users: [u], routes: []}]}", "no-routes")]
    [InlineData("decisionPoint: {clients: [{name: a, users: [u], routes: [nowhere]}]}", "unknown-route")]
    [InlineData("decisionPoint: {clients: [{name: a, users: [u], routes: [console]}]}", "system-route")]
    [InlineData("decisionPoint: {clients: [{name: a, users: [u], routes: [archive], states: ['aws:username']}]}", "own-key")]
    [InlineData("decisionPoint: {clients: [{name: a, users: [u], routes: [archive], states: ['aws:PrincipalTag/Device']}]}", "own-key")]
    [InlineData("decisionPoint: {clients: [{name: a, users: [u], routes: [archive], states: ['nullius:DeviceState']}]}", "own-key")]
    [InlineData("decisionPoint: {clients: [{name: a, users: [u], routes: [archive]}, {name: b, users: [U], routes: [archive]}]}", "duplicate-user")]
    [InlineData("decisionPoint: {clients: [{name: a, devices: [d], routes: [archive]}, {name: b, devices: [d], routes: [archive]}]}", "duplicate-device")]
    [InlineData("decisionPoint: {clients: [{name: a, users: [u], routes: [archive]}, {name: a, users: [v], routes: [archive]}]}", "duplicate-client")]
    public void What_would_let_nobody_or_too_many_ask_is_refused(string section, string code)
    {
        var (config, errors) = Read(Route + section);

        Assert.Null(config);
        Assert.Contains(errors, error => error.Code == code);
        Assert.All(errors, error => Assert.True(error.At.Line > 0, error.ToString()));
    }

    [Fact]
    public void A_route_is_enforced_by_the_gate_or_elsewhere_and_not_by_both()
    {
        var (_, errors) = Read(Route.TrimEnd() + "\n    upstream: {url: \"https://127.0.0.1:9443\"}\n");

        Assert.Contains(errors, error => error.Code == "two-enforcers");
    }

    private static (NulliusConfig? Config, IReadOnlyList<ConfigDiagnostic> Errors) Read(string yaml) => ConfigReader.Read(yaml, "/etc/nullius/nullius.yaml");
}

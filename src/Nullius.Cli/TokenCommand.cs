using System.CommandLine;
using System.Globalization;
using Nullius.Cli.Output;
using Nullius.Cli.Tokens;
using Nullius.Server.Configuration;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary>
/// <c>nullius token</c>: a short-lived token for scripts, honoured only over the certificate of the device it is bound to. A person approves it
/// on the account page; the owner of an instance can also make one without a person behind it.
/// </summary>
internal static class TokenCommand
{
    private const string DefaultTtl = "1h";

    public static Command Build(Terminal terminal)
    {
        var options = new TokenOptions();
        var command = new Command("token", "Issue a short-lived, device-bound token for curl and gRPC. Without --user, you approve it in a browser.")
        {
            options.Server, options.Authority, options.Agent, options.Certificate, options.Key, options.Ttl, options.Scopes,
            options.User, options.Device, options.Data, options.Format,
        };
        command.Validators.Add(options.Check);
        command.SetAction((result, cancellation) => result.GetValue(options.User) is null
            ? FromPersonAsync(result, options, terminal, cancellation)
            : FromOwnerAsync(result, options, terminal, cancellation));
        return Examples.Of(
            command,
            "nullius token --server https://devices.nullius.localhost:8443 --ca ca.pem   # on an enrolled device; approve in the browser",
            "nullius token --ttl 15m --scope api:ReadOrders   # where the agent is enrolled, limited to one operation",
            "curl --cert device.pem --key device.key -H \"Authorization: Bearer $(nullius token)\" https://api.nullius.localhost:8443/orders",
            "nullius token --user alice --device dev-8b1f --ttl 15m   # as owner of the instance; nobody stands behind it");
    }

    /// <summary>Without a terminal the token alone is printed: that is what <c>$(nullius token)</c> wants.</summary>
    internal static void Show(Terminal terminal, ResultFormat? asked, IssuedToken token)
    {
        if (asked is null && !terminal.OutIsTerminal)
        {
            terminal.Out.WriteLine(token.Token);
            return;
        }
        ResultWriter.One(
            terminal, ResultWriter.Choose(asked, terminal), token,
            ("token", token.Token), ("user", token.User), ("device", token.Device), ("valid until", token.ExpiresAt.ToString("u", CultureInfo.InvariantCulture)));
    }

    private static async Task<int> FromOwnerAsync(ParseResult result, TokenOptions options, Terminal terminal, CancellationToken cancellation)
    {
        using var client = DataOption.Connect(result, options.Data, terminal);
        var body = new NewToken(result.GetRequiredValue(options.User)!, result.GetRequiredValue(options.Device)!, (int)options.Lifetime(result).TotalSeconds, result.GetValue(options.Scopes));
        var token = await client.PostAsync<IssuedToken>("/v1/tokens", body, cancellation).ConfigureAwait(false);
        Show(terminal, result.GetValue(options.Format), token);
        return ExitCode.Done;
    }

    private static async Task<int> FromPersonAsync(ParseResult result, TokenOptions options, Terminal terminal, CancellationToken cancellation)
    {
        var roots = result.GetValue(options.Authority);
        var now = terminal.Time.GetUtcNow();
        using var device = result.GetValue(options.Certificate) is { } certificate
            ? DeviceIdentity.OfFiles(certificate, result.GetRequiredValue(options.Key)!, roots, now)
            : DeviceIdentity.OfAgent(options.AgentFolder(result, terminal), roots, now);
        var address = result.GetValue(options.Server) is { } named ? new Uri(named) : device.Server!;
        using var server = new TokenServer(address, device);
        var token = await new DeviceFlow(server, terminal, terminal.Time).RunAsync(options.Lifetime(result), result.GetValue(options.Scopes) ?? [], cancellation).ConfigureAwait(false);
        if (result.GetValue(options.Format) is { } format)
        {
            ResultWriter.One(terminal, format, token, ("token", token.Token), ("valid until", token.ExpiresAt.ToString("u", CultureInfo.InvariantCulture)));
        }
        else
        {
            terminal.Out.WriteLine(token.Token);
        }
        return ExitCode.Done;
    }

    /// <summary>The options, and which of them go together.</summary>
    private sealed class TokenOptions
    {
        public Option<string?> Server { get; } = new("--server") { Description = "address of the device host; default where the agent is enrolled", HelpName = "URL" };

        public Option<string?> Authority { get; } = new("--ca") { Description = "PEM file with the only roots by which the server is known; default the agent's, else the system's", HelpName = "FILE" };

        public Option<string?> Agent { get; } = new("--agent") { Description = "folder of this device's key and certificate; default ~/.nullius-agent", HelpName = "DIR" };

        public Option<string?> Certificate { get; } = new("--cert") { Description = "the device's certificate in PEM, in place of the agent's folder", HelpName = "FILE" };

        public Option<string?> Key { get; } = new("--key") { Description = "its key in PEM, readable by you alone", HelpName = "FILE" };

        public Option<string> Ttl { get; } = new("--ttl") { Description = "lifetime: 15m, 1h", HelpName = "TIME", DefaultValueFactory = _ => DefaultTtl };

        public Option<string[]> Scopes { get; } = new("--scope") { Description = "a route, or route:Operation, it is limited to; may be repeated", HelpName = "SCOPE" };

        public Option<string?> User { get; } = new("--user") { Description = "as owner of the instance: whose token, without that person's approval", HelpName = "USER" };

        public Option<string?> Device { get; } = new("--device") { Description = "as owner of the instance: the device that it is bound to", HelpName = "DEVICE" };

        public Option<string?> Data { get; } = DataOption.Build();

        public Option<ResultFormat?> Format { get; } = ResultWriter.FormatOption();

        public void Check(System.CommandLine.Parsing.CommandResult result)
        {
            var owner = result.GetValue(User) is not null || result.GetValue(Device) is not null;
            if (owner && (result.GetValue(User) is null || result.GetValue(Device) is null)) result.AddError("name both --user and --device, or neither");
            if (owner && (result.GetValue(Server) ?? result.GetValue(Authority) ?? result.GetValue(Agent) ?? result.GetValue(Certificate) ?? result.GetValue(Key)) is not null)
            {
                result.AddError("--user and --device ask the instance on this machine: leave out --server, --ca, --agent, --cert and --key");
            }
            if (result.GetValue(Certificate) is null != result.GetValue(Key) is null) result.AddError("name both --cert and --key, or neither");
            if (result.GetValue(Certificate) is not null && result.GetValue(Agent) is not null) result.AddError("name --agent, or --cert and --key");
            if (result.GetValue(Certificate) is not null && result.GetValue(Server) is null) result.AddError("name --server: a certificate does not say where its device is enrolled");
            if (result.GetValue(Server) is { } server && !(Uri.TryCreate(server, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps))
            {
                result.AddError($"--server `{server}`: expected an address that begins with https://");
            }
            if (!Quantities.TryDuration(result.GetValue(Ttl) ?? DefaultTtl, out var time) || time < TimeSpan.FromSeconds(1))
            {
                result.AddError($"`{result.GetValue(Ttl)}` is not a time: expected a number with s, m, h or d, like `1h`");
            }
        }

        public TimeSpan Lifetime(ParseResult result)
        {
            Quantities.TryDuration(result.GetRequiredValue(Ttl), out var time);
            return time;
        }

        public string AgentFolder(ParseResult result, Terminal terminal) => result.GetValue(Agent) is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Combine(terminal.Variable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nullius-agent");
    }
}

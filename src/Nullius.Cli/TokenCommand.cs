using System.CommandLine;
using System.Globalization;
using Nullius.Cli.Output;
using Nullius.Server.Configuration;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary><c>nullius token</c>: a short-lived token for scripts, honoured only over the certificate of the device it is bound to.</summary>
internal static class TokenCommand
{
    private const string DefaultTtl = "1h";

    public static Command Build(Terminal terminal)
    {
        var data = DataOption.Build();
        var format = ResultWriter.FormatOption();
        var ttl = new Option<string>("--ttl") { Description = "lifetime: 15m, 1h", HelpName = "TIME", DefaultValueFactory = _ => DefaultTtl };
        var user = new Option<string?>("--user") { Description = "whose token (as owner of the instance)", HelpName = "USER" };
        var device = new Option<string?>("--device") { Description = "the device that it is bound to", HelpName = "DEVICE" };
        var scopes = new Option<string[]>("--scope") { Description = "a route, or route:Operation, it is limited to; may be repeated", HelpName = "SCOPE" };
        var command = new Command("token", "Issue a short-lived, device-bound token for curl and gRPC.") { data, format, ttl, user, device, scopes };
        command.Validators.Add(result =>
        {
            if (result.GetValue(user) is null || result.GetValue(device) is null) result.AddError("name --user and --device");
            if (!Quantities.TryDuration(result.GetValue(ttl) ?? DefaultTtl, out var time) || time <= TimeSpan.Zero) result.AddError($"`{result.GetValue(ttl)}` is not a time: expected a number with s, m, h or d, like `1h`");
        });
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            Quantities.TryDuration(result.GetRequiredValue(ttl), out var time);
            var body = new NewToken(result.GetRequiredValue(user)!, result.GetRequiredValue(device)!, (int)time.TotalSeconds, result.GetValue(scopes));
            var token = await client.PostAsync<IssuedToken>("/v1/tokens", body, cancellation).ConfigureAwait(false);
            Show(terminal, result.GetValue(format), token);
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius token --user alice --device d-8b1f --ttl 15m", "curl --cert … -H \"Authorization: Bearer $(nullius token --user alice --device d-8b1f)\" https://api.nullius.localhost:8443/");
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
}

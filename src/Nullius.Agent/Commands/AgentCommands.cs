using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nullius.Agent.Enrolment;
using Nullius.Agent.Facts;
using Nullius.Agent.Host;

namespace Nullius.Agent.Commands;

/// <summary>The command line of <c>nullius-agent</c>. Results go to stdout, everything else to stderr.</summary>
internal sealed class AgentCommands(HostView host, TimeProvider time, TextWriter output, TextWriter error)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private readonly Option<string?> _dir = new("--dir") { Description = "folder of the agent's key and certificate; default ~/.nullius-agent", HelpName = "DIR", Recursive = true };
    private readonly Option<string[]> _protection = new("--protection") { Description = "name of a process that counts as endpoint protection, beside the known ones", HelpName = "NAME" };

    public async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("Reports this device's security posture to Nullius.") { Enroll(), Report(), Status(), Show(), Renew() };
        root.Options.Add(_dir);
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
                Say(problem.Message);
            return AgentException.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error }).ConfigureAwait(false);
        }
        catch (AgentException fault)
        {
            Say(fault.Message);
            return fault.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Say("stopped");
            return AgentException.Fault;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Say(fault.Message);
            return AgentException.Fault;
        }
    }

    private Command Enroll()
    {
        var server = new Option<string>("--server") { Description = "address of the device host, as `https://devices.example.com`", Required = true, HelpName = "URL" };
        var code = new Option<string>("--code") { Description = "one-time code from your account page or an administrator", Required = true, HelpName = "CODE" };
        var name = new Option<string?>("--name") { Description = "how the inventory calls this device; default its host name", HelpName = "NAME" };
        var authority = new Option<string?>("--ca") { Description = "PEM file with the only roots by which the server is known", HelpName = "FILE" };
        var command = new Command("enroll", "Make a key, and exchange a one-time code for this device's certificate.") { server, code, name, authority };
        command.SetAction(async (result, cancellation) =>
        {
            var folder = Folder(result);
            if (folder.IsEnrolled)
                throw new AgentException($"this device is enrolled already as `{folder.Identity().DeviceId}`: remove `{folder.Root}` to enrol it again", AgentException.Usage);
            if (!Uri.TryCreate(result.GetValue(server), UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
                throw new AgentException($"--server `{result.GetValue(server)}`: expected an address that begins with https://", AgentException.Usage);
            var roots = result.GetValue(authority) is { Length: > 0 } file ? AgentFolder.ReadRoots(file) : null;
            var identity = await Enroller.EnrolAsync(folder, address, result.GetValue(code)!, result.GetValue(name) ?? Environment.MachineName, roots, cancellation).ConfigureAwait(false);
            await output.WriteLineAsync($"enrolled: device {identity.DeviceId} at {identity.Server.Authority}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private Command Report()
    {
        var once = new Option<bool>("--once") { Description = "report once and end (the default)" };
        var interval = new Option<string?>("--interval") { Description = "go on and report so often, as `15m`; renews the certificate in time", HelpName = "TIME" };
        var command = new Command("report", "Collect the facts, sign them and send them.") { once, interval, _protection };
        command.SetAction(async (result, cancellation) =>
        {
            var folder = Folder(result);
            var reporter = new Reporter(folder, time);
            var more = result.GetValue(_protection) ?? [];
            if (result.GetValue(interval) is not { Length: > 0 } every || result.GetValue(once))
            {
                await ReportOnceAsync(reporter, more, cancellation).ConfigureAwait(false);
                return 0;
            }

            await ReportForeverAsync(folder, reporter, more, Interval(every), cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private Command Status()
    {
        var command = new Command("status", "Show whether this device is enrolled, where, and until when its certificate is valid.");
        command.SetAction(result =>
        {
            var folder = Folder(result);
            var identity = folder.Identity();
            var (leaf, _) = folder.Certificate();
            using (leaf)
            {
                var end = new DateTimeOffset(leaf.NotAfter.ToUniversalTime());
                output.WriteLine($"device       {identity.DeviceId}");
                output.WriteLine($"server       {identity.Server}");
                output.WriteLine($"certificate  {(end > time.GetUtcNow() ? "valid" : "EXPIRED")} until {end.ToString("u", CultureInfo.InvariantCulture)}");
                output.WriteLine($"roots        {(folder.Roots() is { } roots ? $"{roots.Count} pinned" : "the system's")}");
                return end > time.GetUtcNow() ? 0 : 1;
            }
        });
        return command;
    }

    private Command Show()
    {
        var format = new Option<string?>("--format") { Description = "table or json; default: table on a terminal, json otherwise", HelpName = "table|json" };
        format.AcceptOnlyFromAmong("table", "json");
        var command = new Command("show", "Show the facts without sending them.") { format, _protection };
        command.SetAction(result =>
        {
            var posture = Posture.Collect(host, result.GetValue(_protection) ?? []);
            if ((result.GetValue(format) ?? (Console.IsOutputRedirected ? "json" : "table")) == "json")
            {
                using var text = new MemoryStream();
                using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
                    PostureJson.Write(json, posture, int.MaxValue);
                output.WriteLine(Encoding.UTF8.GetString(text.ToArray()));
                return 0;
            }

            output.WriteLine($"{"os",-20}{posture.Os.Name} ({posture.Os.Kernel}, {posture.Os.Architecture})");
            foreach (var (name, fact) in posture.Named())
                output.WriteLine($"{name,-20}{PostureJson.Word(fact.State),-9}{fact.Evidence}");
            return 0;
        });
        return command;
    }

    private Command Renew()
    {
        var command = new Command("renew", "Get a new certificate for this device's key.");
        command.SetAction(async (result, cancellation) =>
        {
            var end = await Enroller.RenewAsync(Folder(result), cancellation).ConfigureAwait(false);
            await output.WriteLineAsync($"renewed: valid until {end.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture)}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private async Task ReportOnceAsync(Reporter reporter, IReadOnlyCollection<string> more, CancellationToken cancellation)
    {
        var (state, reasons) = await reporter.ReportAsync(Posture.Collect(host, more), cancellation).ConfigureAwait(false);
        await output.WriteLineAsync(reasons.Count == 0 ? $"reported: {state}" : $"reported: {state}; missing: {string.Join(", ", reasons)}").ConfigureAwait(false);
    }

    private async Task ReportForeverAsync(AgentFolder folder, Reporter reporter, IReadOnlyCollection<string> more, TimeSpan interval, CancellationToken cancellation)
    {
        var failures = 0;
        try
        {
            while (true)
            {
                try
                {
                    await RenewWhenDueAsync(folder, cancellation).ConfigureAwait(false);
                    await ReportOnceAsync(reporter, more, cancellation).ConfigureAwait(false);
                    failures = 0;
                }
                catch (AgentException fault) when (fault.ExitCode == AgentException.Fault)
                {
                    // The server or the network may be back soon; a refusal would only be repeated.
                    failures++;
                    Say($"{fault.Message}; next try in {Pause(interval, failures).TotalSeconds:0} s");
                }

                await Task.Delay(Pause(interval, failures), time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C or a service manager ends it in good order.
        }
    }

    /// <summary>After a failure soon, then less and less often, never less often than when all is well.</summary>
    internal static TimeSpan Pause(TimeSpan interval, int failures)
    {
        var soon = FirstRetry * Math.Pow(2, Math.Min(failures - 1, 20));
        return failures == 0 || soon > interval ? interval : soon;
    }

    private async Task RenewWhenDueAsync(AgentFolder folder, CancellationToken cancellation)
    {
        DateTimeOffset end;
        var (leaf, _) = folder.Certificate();
        using (leaf)
        {
            (var start, end) = (new DateTimeOffset(leaf.NotBefore.ToUniversalTime()), new DateTimeOffset(leaf.NotAfter.ToUniversalTime()));
            if (time.GetUtcNow() < end - ((end - start) / 3))
                return;
        }

        if (time.GetUtcNow() >= end)
            throw new AgentException($"the device's certificate ended on {end.ToString("u", CultureInfo.InvariantCulture)}: remove `{folder.Root}` and enrol the device again", AgentException.Usage);
        try
        {
            end = await Enroller.RenewAsync(folder, cancellation).ConfigureAwait(false);
            Say($"certificate renewed: valid until {end.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture)}");
        }
        catch (AgentException fault) when (fault.ExitCode == AgentException.Fault)
        {
            // The present one is still good: the report goes out with it, and the next round tries again.
            Say($"the certificate could not be renewed: {fault.Message}");
        }
    }

    private AgentFolder Folder(ParseResult result) => new(result.GetValue(_dir) is { Length: > 0 } dir
        ? dir
        : Path.Combine(host.Variable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nullius-agent"));

    private static TimeSpan Interval(string text)
    {
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 10_000)
        {
            var interval = text[^1] switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                _ => TimeSpan.Zero,
            };
            if (interval >= Shortest)
                return interval;
        }

        throw new AgentException($"--interval `{text}`: expected a time of at least 30 s, as `15m`", AgentException.Usage);
    }

    private void Say(string message) => error.WriteLine("nullius-agent: " + message);
}

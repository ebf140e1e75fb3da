using System.Net.WebSockets;
using Nullius.Server.Control;

namespace Nullius.Server.Verify;

/// <summary>
/// What the checks act with: temporary people with sessions, a compliant device, and the application behind the gate. Checks start
/// from what satisfies everything and change one thing.
/// </summary>
internal sealed class VerifyScene : IAsyncDisposable
{
    /// <summary>The member of the run's group with whom most checks are made.</summary>
    public const string Person = "person";
    public const string Administrator = "administrator";
    public const string Leaver = "leaver";

    private VerifyScene(ControlClient control, VerifyRunView run, EchoApplication echo, TimeProvider time)
    {
        (Control, Run, Echo, Time) = (control, run, echo, time);
        Client = new ProbeClient(run, echo);
    }

    public ControlClient Control { get; }

    public VerifyRunView Run { get; }

    public EchoApplication Echo { get; }

    public ProbeClient Client { get; }

    public TimeProvider Time { get; }

    public TemporaryDevice Device { get; private set; } = null!;

    /// <summary>Session with a second factor.</summary>
    public VerifySessionView Strong { get; private set; } = null!;

    /// <summary>Session of the same person by password alone.</summary>
    public VerifySessionView Weak { get; private set; } = null!;

    public VerifySessionView AdministratorSession { get; private set; } = null!;

    /// <summary>A request that satisfies everything.</summary>
    public Probe Honest(string target) => new(target) { Cookie = Strong.Cookie, Device = Device.Certificate };

    public string UserName(string name) => $"verify-{Run.Id}-{name}";

    public static async Task<VerifyScene> SetAsync(ControlClient control, VerifyRunView run, TimeProvider time, CancellationToken cancellation)
    {
        var echo = await EchoApplication.StartAsync(run.Certificate, run.Key, cancellation).ConfigureAwait(false);
        var scene = new VerifyScene(control, run, echo, time);
        try
        {
            await scene.CallAsync<VerifyDone>("upstream", new VerifyUpstream(echo.Port), cancellation).ConfigureAwait(false);
            foreach (var (name, group) in ((string, string)[])[(Person, "people"), (Leaver, "people"), (Administrator, "administrators")])
            {
                await scene.CallAsync<VerifyPersonView>("people", new VerifyPerson(name, [group]), cancellation).ConfigureAwait(false);
            }
            scene.Strong = await scene.SignInAsync(Person, secondFactor: true, cancellation).ConfigureAwait(false);
            scene.Weak = await scene.SignInAsync(Person, secondFactor: false, cancellation).ConfigureAwait(false);
            scene.AdministratorSession = await scene.SignInAsync(Administrator, secondFactor: true, cancellation).ConfigureAwait(false);
            var code = await scene.CallAsync<EnrolmentCode>("devices", new NewEnrolment(scene.UserName(Person)), cancellation).ConfigureAwait(false);
            scene.Device = await TemporaryDevice.EnrolAsync(code, run.DeviceHost, scene.Client, cancellation).ConfigureAwait(false);
            await scene.Device.ReportAsync(fine: true, time.GetUtcNow(), cancellation).ConfigureAwait(false);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public Task<VerifySessionView> SignInAsync(string name, bool secondFactor, CancellationToken cancellation, string? authority = null) =>
        CallAsync<VerifySessionView>("sessions", new VerifySession(UserName(name), authority ?? Client.Authority, secondFactor), cancellation);

    public Task<T> CallAsync<T>(string call, object body, CancellationToken cancellation) =>
        Control.PostAsync<T>($"/v1/verify/{Run.Id}/{call}", body, cancellation);

    /// <summary>Replaces the grants of the run's people on the disk; the instance notices by itself.</summary>
    public Task WriteGrantsAsync(bool changing, DateTimeOffset timedUntil, CancellationToken cancellation) =>
        File.WriteAllTextAsync(Path.Combine(Run.Folder, VerifyPolicies.Grants), new VerifyPolicies("verify-" + Run.Id).GrantsText(changing, timedUntil), cancellation);

    /// <summary>Repeats a request until the answer is as wanted or the time is over; the last answer.</summary>
    public async Task<(ProbeAnswer Answer, TimeSpan After)> UntilAsync(Probe probe, Func<ProbeAnswer, bool> wanted, TimeSpan patience, CancellationToken cancellation)
    {
        var started = Time.GetTimestamp();
        while (true)
        {
            var answer = await Client.SendAsync(probe, cancellation).ConfigureAwait(false);
            var after = Time.GetElapsedTime(started);
            if (wanted(answer) || after > patience) return (answer, after);
            await Task.Delay(TimeSpan.FromMilliseconds(20), Time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a WebSocket, sees that it works, acts, and waits for the gate to close it.</summary>
    /// <returns>How it closed and how long after the act began; null when it stayed open.</returns>
    public async Task<(string How, TimeSpan After)?> CutAsync(Probe probe, Func<Task> act, TimeSpan patience, CancellationToken cancellation)
    {
        using var socket = await Client.OpenSocketAsync(probe, cancellation).ConfigureAwait(false);
        var buffer = new byte[64];
        await socket.SendAsync("alive"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, cancellation).ConfigureAwait(false);
        await socket.ReceiveAsync(buffer, cancellation).ConfigureAwait(false);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var closed = ClosedAsync(socket, buffer, deadline.Token);
        var asked = Time.GetTimestamp();
        await act().ConfigureAwait(false);
        deadline.CancelAfter(patience);
        var (how, at) = await closed.ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return how is null ? null : (how, Time.GetElapsedTime(asked, at));
    }

    public async ValueTask DisposeAsync()
    {
        Device?.Dispose();
        Client.Dispose();
        await Echo.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<(string? How, long At)> ClosedAsync(ClientWebSocket socket, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var got = await socket.ReceiveAsync(buffer, cancellation).ConfigureAwait(false);
                if (got.MessageType == WebSocketMessageType.Close) return ($"close frame {(int?)socket.CloseStatus}", Time.GetTimestamp());
            }
        }
        catch (WebSocketException)
        {
            return ("connection reset", Time.GetTimestamp());
        }
        catch (OperationCanceledException)
        {
            return (null, 0);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Nullius.Gateway.Decisions;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.Server.Api.Decisions;

namespace Nullius.Server.Api.Views;

/// <summary>Decisions from the gate's ring and stream; the chain of one from the store and the trail.</summary>
internal sealed class DecisionsView(
    CurrentGate gate, DecisionWords words, PeopleDirectory people, SessionStore sessions, DeviceInventory devices, ITrustReader trust, AuditRecords records,
    TimeProvider time) : IDecisionsView
{
    /// <summary>Decisions in one batch; ten batches a second.</summary>
    private const int MostInBatch = 100;
    private const int MostStreams = 64;
    private const int Capacity = 8_192;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    private int _streams;

    public IReadOnlyList<DecisionSummary> Recent(DecisionFilter filter, string? before, int limit)
    {
        var recent = gate.Value.Decisions.Recent(DecisionStream.Kept).AsEnumerable();
        if (before is not null)
            recent = recent.SkipWhile(made => made.Reference != before).Skip(1);
        return [.. recent.Select(words.Summary).Where(filter.Matches).Take(limit)];
    }

    public async IAsyncEnumerable<DecisionBatch> FollowAsync(DecisionFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _streams) > MostStreams)
        {
            Interlocked.Decrement(ref _streams);
            yield break;
        }

        try
        {
            using var subscription = gate.Value.Decisions.Subscribe(Capacity);
            var sample = new BatchSample(MostInBatch);
            // At once, so that the reader knows that it is connected.
            yield return new DecisionBatch(time.GetUtcNow(), 0, []);
            while (await WaitAsync(subscription.Reader, cancellation) is { } more)
            {
                if (more)
                {
                    await Task.Delay(Gather, time, cancellation);
                    while (subscription.Reader.TryRead(out var made))
                    {
                        var entry = words.Summary(made);
                        if (filter.Matches(entry))
                            sample.Add(entry);
                    }
                }

                yield return sample.Take(time.GetUtcNow());
            }
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    public async Task<DecisionDetail?> FindAsync(string reference, CancellationToken cancellation)
    {
        if (gate.Value.Explain(reference) is not { } explanation)
            return null;
        var made = explanation.Decision;
        var summary = words.Summary(made);
        var person = made.PersonId is { } id ? await IdentityAsync(id, cancellation) : null;
        var session = made.SessionId is { } sessionId ? (await sessions.FindAsync(sessionId, cancellation))?.Session : null;
        var device = made.DeviceId is { } deviceId ? await devices.FindAsync(deviceId, cancellation) : null;
        var written = await records.FindAsync(reference, cancellation);
        return new DecisionDetail(
            summary, written.Resource, person, session is null ? null : Session(session), Device(summary.Device, device), await RiskAsync(made, cancellation),
            [.. made.Statements.Select(one => new DecisionStatement(DecisionWords.Camel(one.Layer), one.Source, one.Line, one.Id, one.Title, DecisionWords.EffectWord(one.Effect)))],
            [.. made.BlockedBy.Select(DecisionWords.Camel)],
            [.. made.RequiredControls.Select(one => new DecisionRequirement(DecisionWords.PolicyName(one.Policy), one.Controls, one.All))],
            made.MissingContext, [.. made.ReportOnly.Select(one => new DecisionReportOnly(DecisionWords.PolicyName(one.Policy), DecisionWords.Camel(one.Result)))],
            made.ValidUntil, [.. explanation.Context.Select(one => new DecisionContextValue(one.Key, one.State, one.State == "present" ? one.Values : []))], [explanation.Summary, .. explanation.Steps], explanation.Changes,
            new DecisionAudit(reference, written.Sequence, written.Decision), written.Completion);
    }

    /// <summary>True when there is something to read, false after five seconds without, null when the stream has ended.</summary>
    private async ValueTask<bool?> WaitAsync(ChannelReader<DecisionEvent> reader, CancellationToken cancellation)
    {
        var waiting = reader.WaitToReadAsync(cancellation);
        if (waiting.IsCompletedSuccessfully)
            return waiting.Result ? true : null;
        var task = waiting.AsTask();
        try
        {
            return await task.WaitAsync(SignOfLife, time, cancellation) ? true : null;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<DecisionIdentity?> IdentityAsync(string id, CancellationToken cancellation) =>
        await people.FindAsync(id, cancellation) is { } person
            ? new DecisionIdentity(
                person.Id, person.UserName, person.DisplayName, $"arn:aws:iam::{gate.Value.Config.Account}:user/{person.UserName}", person.Disabled,
                person.Groups, person.Tags, person.HasSecondFactor)
            : null;

    private async Task<DecisionRisk> RiskAsync(DecisionEvent made, CancellationToken cancellation) => new(
        made.PersonId is { } id ? (await trust.ReadPersonAsync(id, cancellation))?.Risk : null,
        System.Net.IPAddress.TryParse(made.Address, out var address) ? NetworkOf(address) : null);

    private static string NetworkOf(System.Net.IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (System.Net.IPAddress.IsLoopback(address))
            return "loopback";
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
            return address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal ? "private" : "public";
        var bytes = address.GetAddressBytes();
        return bytes is [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [169, 254, ..] ? "private" : "public";
    }

    private static DecisionSession Session(SessionTrust session) => new(
        session.Id, DecisionWords.Kind(session.Kind)!, [.. session.Methods], session.CreatedAt, session.AuthenticatedAt, session.MfaAt, session.ExpiresAt,
        session.Address, session.UserAgent);

    private static DecisionDevice? Device(DeviceRef? seen, DeviceRecord? device) =>
        seen is null ? null
        : device is null ? new DecisionDevice(seen.Id, seen.Name, "", seen.State, null, null, new Dictionary<string, string>())
        : new DecisionDevice(
            device.Id, device.Name, device.Platform, seen.State, device.ReportedAt, device.StaleAt,
            device.Facts.ToDictionary(fact => fact.Key, fact => fact.Value.State, StringComparer.Ordinal));
}

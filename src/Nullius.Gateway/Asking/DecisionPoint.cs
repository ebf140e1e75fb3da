using Nullius.Gateway.Config;

namespace Nullius.Gateway.Asking;

/// <summary>
/// Decides for enforcement points other than the gate, under the same snapshot, policies and audit. Anonymous callers never
/// get here: a call is a request like any other, and passed the gate before.
/// </summary>
public sealed class DecisionPoint
{
    private readonly GateCore _core;
    private readonly AskedPipeline _pipeline;
    private readonly QuestionDecider _questions;

    internal DecisionPoint(GateCore core)
    {
        _core = core;
        _pipeline = new AskedPipeline(core);
        _questions = new QuestionDecider(core);
    }

    /// <summary>The client that makes a call, known by its key, token or device certificate; null when it is none that is configured.</summary>
    /// <param name="call">The call, which the gate let through.</param>
    /// <param name="protocol">What it speaks.</param>
    /// <param name="requestId">Its own name for the call; kept in records.</param>
    public DecisionCaller? CallerOf(GateRequest call, DecisionProtocol protocol, string? requestId)
    {
        var clients = call.Snapshot.Config.DecisionPoint?.Clients ?? [];
        DecisionClientConfig? client = null;
        if (call.Session is not null && call.Person is { } person)
            client = clients.FirstOrDefault(one => one.Users.Contains(person.UserName, StringComparer.OrdinalIgnoreCase));
        else if (call is { Session: null, Device: { } device } && _core.Trust.FindPerson(device.OwnerId) is { Trust.Disabled: false })
            client = clients.FirstOrDefault(one => one.Devices.Contains(device.Id, StringComparer.OrdinalIgnoreCase));
        return client is null ? null : new DecisionCaller(client, protocol, requestId, call.Reference);
    }

    /// <summary>Decides about a subject that the client names. The decision is recorded; one that cannot be is a refusal.</summary>
    public Verdict Decide(DecisionCaller caller, Question question) => _questions.Decide(caller, question);

    /// <summary>Decides about a request that the client holds: by the same steps as the gate's own, up to the record.</summary>
    public Task<AskedAnswer> DecideAsync(DecisionCaller caller, AskedRequest asked, CancellationToken cancellation) => _pipeline.RunAsync(caller, asked, cancellation);
}

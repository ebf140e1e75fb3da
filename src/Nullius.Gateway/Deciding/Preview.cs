using Nullius.Policy.Decisions;

namespace Nullius.Gateway.Deciding;

/// <summary>
/// What the policies would say to another operation of the route, over the subject, device and session of a request in
/// progress. Nothing is recorded and nothing is granted: the operation itself is decided when it comes.
/// </summary>
internal static class Preview
{
    /// <param name="request">The request whose handler asks.</param>
    /// <param name="operation">Name as in actions, without the route.</param>
    /// <param name="path">The path that stands in the resource. Keys of the request itself (method, path, headers) keep their values.</param>
    /// <param name="now">The present.</param>
    /// <returns>A decision of its own; a deny where the request carries no session.</returns>
    public static Decision Of(GateRequest request, string operation, string path, DateTimeOffset now)
    {
        var decision = new Decision();
        if (request.Session is null || request.Route is not { } route)
            return decision;
        if (request.Live is not { } live)
        {
            Decide(request, operation, path, now, decision);
            return decision;
        }

        // The watch decides the request anew under this lock, in the same buffers.
        lock (live.Gate)
            Decide(request, operation, path, now, decision);
        return decision;

        void Decide(GateRequest asked, string name, string at, DateTimeOffset instant, Decision into)
        {
            var (action, resource) = (asked.Action, asked.Resource);
            try
            {
                (asked.Action, asked.Resource) = ($"{route.Name}:{name}", route.ResourcePrefix + at);
                if (Steps.SessionCheck.InScope(asked.Session!, route, asked.Action))
                    Decider.Decide(asked, instant, into);
            }
            finally
            {
                (asked.Action, asked.Resource) = (action, resource);
            }
        }
    }
}

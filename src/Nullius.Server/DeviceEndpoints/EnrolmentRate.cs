using Nullius.Server.SignIn.Flow;

namespace Nullius.Server.DeviceEndpoints;

/// <summary>Bounds how often one address (one /64 of IPv6) may try a code. Written to the store with the tries of the sign-in, so that a restart gives nobody new ones.</summary>
internal sealed class EnrolmentRate(TimeProvider time)
{
    public const int PerMinute = 10;

    public TryLimits Tries { get; } = new(PerMinute, time);

    public bool Admits(HttpContext context) => Tries.Take(TryLimits.Of(context.Connection.RemoteIpAddress));
}

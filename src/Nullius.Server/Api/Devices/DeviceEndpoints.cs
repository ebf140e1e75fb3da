using Microsoft.AspNetCore.Http.HttpResults;
using Nullius.Server.Api.Me;

namespace Nullius.Server.Api.Devices;

internal static class DeviceEndpoints
{
    private static readonly string[] Columns = ["name", "owner", "state", "reported", "certificate", "connections"];

    public static void MapDevices(this IEndpointRouteBuilder api)
    {
        api.MapGet("/devices", ListAsync).WithName("ListDevices").WithSummary("Devices, by name").ProducesProblem(400);
        api.MapGet("/devices/{id}", FindAsync).WithName("ReadDevice").WithSummary("One device with facts and certificates").ProducesProblem(404);
        api.MapPost("/devices/enrolment-codes", CreateCodeAsync).WithName("CreateEnrolmentCode").WithSummary("A one-time code that enrols a device")
            .ProducesProblem(404);
        api.MapPost("/devices/{id}/revoke", RevokeAsync).WithName("RevokeDevice").WithSummary("Revoke a device and its certificates").ProducesProblem(404);
    }

    private static async Task<Results<Ok<Page<DeviceSummary>>, ProblemHttpResult>> ListAsync(
        string? q, string? state, string? sort, string? after, int? limit, IDevicesView devices, CancellationToken cancellation)
    {
        if (PageRequest.From(after, limit) is not { } page)
            return ApiProblems.Malformed("`after` is not a place in this list; expected the `next` of the page before.");
        if (ListOrder.From(sort, Columns) is not { } order)
            return ApiProblems.Malformed(ListOrder.Fault(Columns));
        return TypedResults.Ok(await devices.ListAsync(new DeviceFilter(q, state) { Order = order }, page, cancellation));
    }

    private static async Task<Results<Ok<DeviceDetail>, ProblemHttpResult>> FindAsync(string id, IDevicesView devices, CancellationToken cancellation) =>
        await devices.FindAsync(id, cancellation) is { } device ? TypedResults.Ok(device) : ApiProblems.Absent("device", id);

    private static async Task<Results<Ok<EnrolmentCode>, ProblemHttpResult>> CreateCodeAsync(
        EnrolmentRequest request, IDevicesView devices, ICaller caller, HttpContext context, CancellationToken cancellation)
    {
        if (caller.Of(context) is not { } actor)
            return ApiProblems.Refused("The request carries no person.");
        return await devices.CreateCodeAsync(request.Person, actor, cancellation) is { } code
            ? TypedResults.Ok(code)
            : ApiProblems.Absent("person", request.Person);
    }

    private static async Task<Results<Ok<Receipt>, ProblemHttpResult>> RevokeAsync(
        string id, IDevicesView devices, ICaller caller, HttpContext context, CancellationToken cancellation)
    {
        if (caller.Of(context) is not { } actor)
            return ApiProblems.Refused("The request carries no person.");
        return await devices.RevokeAsync(id, actor, cancellation) is { } receipt ? TypedResults.Ok(receipt) : ApiProblems.Absent("device", id);
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nullius.Server.Api;
using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Devices;
using Nullius.Server.Api.Me;
using Nullius.Server.Api.Overview;
using Nullius.Server.Api.People;
using Nullius.Server.Api.Routes;

namespace Nullius.Server.Tests.Api;

/// <summary>The API on a real socket with fakes behind it and no gate in front.</summary>
internal sealed class ConsoleHost : IAsyncDisposable
{
    public const string Name = "console.example";

    private readonly WebApplication _app;

    private ConsoleHost(WebApplication app, FakeViews views)
    {
        _app = app;
        Views = views;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Http.DefaultRequestHeaders.Host = Name;
    }

    public FakeViews Views { get; }
    public HttpClient Http { get; }
    public EndpointDataSource Endpoints => _app.Services.GetRequiredService<EndpointDataSource>();

    public static async Task<ConsoleHost> StartAsync(string? pages = null)
    {
        var views = new FakeViews();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddConsoleApi();
        builder.Services.AddSingleton<IDecisionsView>(views).AddSingleton<IOverviewView>(views).AddSingleton<IPeopleView>(views)
            .AddSingleton<IDevicesView>(views).AddSingleton<IRoutesView>(views).AddSingleton<ICaller>(views);
        var app = builder.Build();
        app.MapConsoleApi(Name);
        app.MapConsolePages(Name, pages);
        await app.StartAsync();
        return new ConsoleHost(app, views);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}

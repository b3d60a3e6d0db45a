using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>Each way of answering a request, on Kestrel: the request is the scope, and its events are recorded before the answer is there.</summary>
public sealed class WebTests
{
    [Fact]
    public async Task A_controllers_action_for_a_form()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/teams/register", ("email", "peter@example.com"));

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        await AssertRegisteredAsync(app, "acct_form", "/teams/register");
    }

    [Fact]
    public async Task A_controllers_action_for_a_script()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.Client.PostAsJsonAsync(
            "/teams/api/register", new { email = "peter@example.com" }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await AssertRegisteredAsync(app, "acct_json", "/teams/api/register");
    }

    [Fact]
    public async Task A_component_that_is_rendered_on_the_server()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.SubmitAsync("/account/register", ("Email", "peter@example.com"));

        Assert.Equal((HttpStatusCode.Redirect, "/"), (response.StatusCode, response.Headers.Location?.AbsolutePath ?? response.Headers.Location?.ToString()));
        var calls = await app.RecordedAsync();
        Assert.Equal(["identify", "Signed Up", "Signed In"], calls.Select(call => call.Event));
        Assert.All(calls, call => Assert.Equal("/account/register", (string?)call.Call["context"]!["page"]!["path"]));
        Assert.Contains(response.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith(".AspNetCore.Identity.Application=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Saves_side_by_side_in_one_request_are_one_scope()
    {
        await using var app = await StartAsync(app => app.MapPost("/parallel", (IServiceScopeFactory scopes) => Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => CreateAsync(scopes, $"user-{i}@example.com")))));
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/parallel");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var signedUp = (await app.RecordedAsync()).Where(call => call.Event == "Signed Up").ToList();
        Assert.Equal(8, signedUp.Select(call => call.UserId).Distinct().Count());
        Assert.Equal(8, signedUp.Count);

        // Of one scope, in which several users were made: none is the person at the browser.
        Assert.All(signedUp, call => Assert.Null(call.Call["context"]!["page"]));
    }

    [Fact]
    public async Task Work_that_outlives_its_request_is_none_of_it_and_what_it_tells_is_recorded()
    {
        var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task work = Task.CompletedTask;
        await using var app = await StartAsync(app => app.MapPost("/start", async (HttpContext context, ILifecycleTracker lifecycle) =>
        {
            await lifecycle.TrackAsync(new CustomEvent("Export Started") { UserId = "peter" });
            context.Response.OnCompleted(() =>
            {
                isOver.SetResult();
                return Task.CompletedTask;
            });
            work = Task.Run(async () =>
            {
                await isOver.Task;
                await lifecycle.TrackAsync(new CustomEvent("Export Ended") { UserId = "peter" });
                await Assert.ThrowsAsync<ArgumentException>(() => lifecycle.TrackAsync(new CustomEvent("Export Ended"), TestContext.Current.CancellationToken));
            });
        }));
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/start");
        await work;

        Assert.Equal(["Export Started peter", "Export Ended peter"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    [Fact]
    public async Task A_save_that_outlives_the_request_that_began_it_is_a_sign_up_all_the_same()
    {
        var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task work = Task.CompletedTask;
        await using var app = await StartAsync(
            app => app.MapPost("/start", (HttpContext context, IServiceScopeFactory scopes) =>
            {
                work = CreateAsync(scopes, "peter@example.com");
                context.Response.OnCompleted(() =>
                {
                    isOver.SetResult();
                    return Task.CompletedTask;
                });
            }),
            new WaitBeforeSaving(() => isOver.Task));
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/start");
        await work;
        await app.Services.GetRequiredService<OutboxWriter>().WrittenAsync(TestContext.Current.CancellationToken);

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify", "Signed Up"], calls.Select(call => call.Event));
        Assert.All(calls, call => Assert.Equal("/start", (string?)call.Call["context"]!["page"]!["path"]));
    }

    private static async Task CreateAsync(IServiceScopeFactory scopes, string email)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        db.Users.Add(new IdentityUser(email));

        // SQLite lets one write at a time, and the others try again.
        for (var saved = false; !saved;)
        {
            try
            {
                await db.SaveChangesAsync();
                saved = true;
            }
            catch (DbUpdateException)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task AssertRegisteredAsync(IdentityApp app, string account, string page)
    {
        var calls = await app.RecordedAsync();
        Assert.Equal(
            [$"identify {account}", $"Signed Up {account}", $"Account Created {account}", "Signed In"],
            calls.Select(call => $"{call.Event} {call.GroupId}".TrimEnd()));
        Assert.All(calls, call => Assert.Equal(page, (string?)call.Call["context"]!["page"]!["path"]));
    }

    private Task<IdentityApp> StartAsync(Action<WebApplication>? endpoints = null, SaveChangesInterceptor? ofTheApplication = null) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        OnKestrel = true,
        Database = options => options.AddInterceptors(ofTheApplication is null ? [] : [ofTheApplication]),
        Services = services =>
        {
            services.AddControllers().AddApplicationPart(typeof(TeamController).Assembly).ConfigureApplicationPartManager(parts =>
            {
                // Other tests have controllers of their own in this assembly.
                parts.FeatureProviders.Add(new OnlyTeams());
            });
            services.AddRazorComponents();
        },
        Endpoints = app =>
        {
            app.UseAntiforgery();
            app.MapControllers();
            app.MapRazorComponents<ComponentsApp>();
            endpoints?.Invoke(app);
        },
    });

    private sealed class WaitBeforeSaving(Func<Task> wait) : SaveChangesInterceptor
    {
        public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            await wait();
            return result;
        }
    }

    private sealed class OnlyTeams : IApplicationFeatureProvider<ControllerFeature>
    {
        public void PopulateFeature(IEnumerable<ApplicationPart> parts, ControllerFeature feature)
        {
            feature.Controllers.Clear();
            feature.Controllers.Add(typeof(TeamController).GetTypeInfo());
        }
    }
}

using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>
/// Parts of a batch, as OData's <c>$batch</c> runs them: each is a request of its own with a response that no server sends, so that the callbacks
/// of that response never run.
/// </summary>
public sealed class BatchPartTests
{
    [Fact]
    public async Task A_sign_in_within_a_part_is_recorded_with_the_whole()
    {
        await using var app = await StartAsync(routes => routes.MapPost("/part", async context =>
        {
            var peter = await context.Users().FindByNameAsync("peter@example.com");
            await context.SignInAsync(IdentityConstants.ApplicationScheme, new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, peter!.Id)], "test")));
        }));
        var peter = await app.CreateUserAsync();

        await BatchAsync(app);

        Assert.Equal([$"identify {peter}", $"Signed In {peter}"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    [Fact]
    public async Task What_the_person_of_a_part_does_is_that_persons()
    {
        await using var app = await StartAsync(
            routes => routes.MapPost("/part", async context =>
            {
                await context.AuthenticateAsync();
                await context.RequestServices.GetRequiredService<ILifecycleTracker>().TrackAsync(new InviteSent { InviteeEmail = "samir@example.com" });
            }));
        var peter = await app.CreateUserAsync();

        await BatchAsync(app, peter);

        Assert.Equal([$"Invite Sent {peter}"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    private static Task<IdentityApp> StartAsync(Action<WebApplication> routes) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        BeforeTheLine = app =>
        {
            app.Use(async (context, next) =>
            {
                if (context.Request.Path != "/batch")
                {
                    await next(context);
                    return;
                }

                var features = new FeatureCollection();
                features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "POST", Scheme = "http", Path = "/part", Headers = { Host = "localhost" } });
                features.Set<IHttpResponseFeature>(new HttpResponseFeature());
                features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
                features.Set(context.Features.Get<IServiceProvidersFeature>());
                var part = new DefaultHttpContext(features);
                if (context.Request.Headers["X-Person"] is [var person])
                {
                    part.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, person!)], "test"));
                }

                await next(part);
                context.Response.StatusCode = part.Response.StatusCode;
            });
            app.UseRouting();
        },
        Endpoints = routes,
    });

    private static async Task BatchAsync(IdentityApp app, string? person = null)
    {
        using var browser = app.OpenBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/batch");
        if (person is not null)
        {
            request.Headers.Add("X-Person", person);
        }

        using var response = await browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        await app.WrittenAsync();
    }
}

using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>Whether a sign-up was organic or an invitation, by what is seen and by what the application says.</summary>
public sealed class SignUpTypeTests
{
    [Fact]
    public async Task Users_whom_its_person_creates_are_invited()
    {
        await using var app = await IdentityApp.StartAsync();

        await using (app.Services.GetRequiredService<ILifecycleTracker>().BeginScope("admin"))
        {
            await app.CreateUserAsync();
        }

        Assert.Equal(["invited"], await SignUpTypesAsync(app));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_type_that_the_application_says_counts_before_and_after_the_user_is_saved(bool before)
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        await using (lifecycle.BeginScope("admin"))
        {
            if (before)
            {
                lifecycle.SetSignUpType("imported");
            }

            await app.CreateUserAsync();
            if (!before)
            {
                lifecycle.SetSignUpType("imported");
            }
        }

        Assert.Equal(["imported"], await SignUpTypesAsync(app));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_a_request_the_type_that_the_application_says_counts_too(bool before)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Endpoints = app => app.MapPost("/accept", async (ILifecycleTracker lifecycle, UserManager<IdentityUser> users) =>
            {
                if (before)
                {
                    lifecycle.SetSignUpType("invited");
                }

                await users.CreateAsync(new IdentityUser("peter@example.com"));
                if (!before)
                {
                    lifecycle.SetSignUpType("invited");
                }
            }),
        });
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/accept");

        Assert.Equal(["invited"], await SignUpTypesAsync(app));
    }

    [Fact]
    public async Task Outside_of_any_scope_a_type_says_nothing()
    {
        await using var app = await IdentityApp.StartAsync();

        app.Services.GetRequiredService<ILifecycleTracker>().SetSignUpType("imported");
        await app.CreateUserAsync();

        Assert.Empty(await app.EventsAsync());
        Assert.Throws<ArgumentException>(() => app.Services.GetRequiredService<ILifecycleTracker>().SetSignUpType(" "));
    }

    private static async Task<IEnumerable<string?>> SignUpTypesAsync(IdentityApp app) =>
        (await app.RecordedAsync()).Where(call => call.Event == "Signed Up").Select(call => (string?)call.Call["properties"]!["type"]);
}

using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>A user whom the application makes for every anonymous visitor.</summary>
public sealed class GuestTests
{
    [Theory]
    [InlineData("guest-17")]
    [InlineData("anonymous_6f9619ff-8b86-d011-b42d-00cf4fc964ff")]
    [InlineData("6f9619ff-8b86-d011-b42d-00cf4fc964ff")]
    public async Task A_guest_does_not_sign_up(string name)
    {
        await using var app = await Work.StartAsync(context => context.Users().CreateAsync(new IdentityUser(name)));

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["Signed Up guest"], app.Reasons());
    }

    [Theory]
    [InlineData("a chosen name")]
    [InlineData("an address")]
    [InlineData("a phone number")]
    [InlineData("a password")]
    [InlineData("a session")]
    [InlineData("a type")]
    public async Task A_user_with_anything_of_a_person_signs_up(string what)
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var user = new IdentityUser(what == "a chosen name" ? "mary" : "guest-17")
            {
                Email = what == "an address" ? "mary@example.com" : null,
                PhoneNumber = what == "a phone number" ? "410-555-9412" : null,
            };
            Assert.True((what == "a password" ? await context.Users().CreateAsync(user, "Pa55word!") : await context.Users().CreateAsync(user)).Succeeded);
            if (what == "a session")
            {
                await context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>().SignInAsync(user, isPersistent: false);
            }
            else if (what == "a type")
            {
                context.RequestServices.GetRequiredService<ILifecycleTracker>().SetSignUpType("trial");
            }
        });

        await Work.DoAsync(app);

        Assert.Contains("Signed Up", await app.EventsAsync());
        Assert.DoesNotContain("Signed Up guest", app.Reasons());
    }
}

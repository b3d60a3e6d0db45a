using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

public sealed class ToldTwiceTests
{
    [Fact]
    public async Task A_stored_membership_and_the_attribute_of_the_endpoint_that_stores_it_are_one_event()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Endpoints = routes => routes.MapPost(
                "/teams/{teamId}/members/{userId}",
                [TrackAccountAddedUser(Role = "Owner")] async (string teamId, string userId, UserManager<IdentityUser> users) =>
                {
                    await users.AddClaimAsync((await users.FindByIdAsync(userId))!, new Claim("tenant_id", teamId));
                    return "added";
                }),
        });
        var member = await app.CreateUserAsync("milton@example.com");
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync($"/teams/t1/members/{member}");

        Assert.Equal("added", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var added = Assert.Single(await app.RecordedAsync(), call => call.Event == "Account Added User");
        Assert.Equal((member, "t1", "Owner"), (added.UserId, added.GroupId, (string?)added.Call["properties"]!["role"]));
        Assert.Contains(app.Reasons(), reason => reason.EndsWith(" duplicate", StringComparison.Ordinal));
    }
}

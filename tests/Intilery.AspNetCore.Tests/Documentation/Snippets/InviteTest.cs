using System.Net.Http.Json;
using Intilery.AspNetCore.Testing;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

/// <summary>A test of an endpoint, as a team writes it.</summary>
internal static class InviteTest
{
    public static async Task InviteAsync(WebApplicationFactory<Program> factory, HttpClient client)
    {
        await client.PostAsJsonAsync("/teams/t1/invites", new { email = "b@example.com", role = "Member" });

        var invite = factory.GetIntileryRecorder().AssertSingle("Invite Sent");
        Assert.Equal("t1", invite.GroupId);
        Assert.Equal("b@example.com", invite.Properties?.GetProperty("invitee_email").GetString());
    }
}

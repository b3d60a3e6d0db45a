using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.SignalR;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A hub as an application would write it.</summary>
public sealed class TeamHub(ILifecycleTracker lifecycle, UserManager<IdentityUser> users) : Hub
{
    public async Task InviteAsync(string email) => await lifecycle.TrackAsync(new InviteSent { InviteeEmail = email });

    public async Task<string> AddAsync(string email)
    {
        var user = new IdentityUser(email) { Email = email };
        await users.CreateAsync(user);
        return user.Id;
    }

    /// <summary>Cannot succeed: a connection's response has started, and takes no cookie any more.</summary>
    public Task SignOutAsync() => Context.GetHttpContext()!.SignOutAsync(IdentityConstants.ApplicationScheme);

    public async Task FailAfterAsync(string email)
    {
        await AddAsync(email);
        throw new HubException("It failed.");
    }

    public override async Task OnConnectedAsync()
    {
        if (Context.GetHttpContext()?.Request.Query.ContainsKey("say") == true)
        {
            await lifecycle.TrackAsync("Team Board Opened");
        }
    }
}

using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>Ids that anybody may post, and no column of the application's database holds.</summary>
public sealed class UnstorableIdTests(PostgresCluster cluster)
{
    [Fact]
    public async Task One_that_is_too_long_for_the_outbox_is_no_event_and_stops_none()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await using (var tables = await SharedOutboxApp.StartAsync<OutboxDb>(database))
        {
        }

        await using var app = await EndpointApp.StartAsync(
            routes => routes.MapPost("/teams/{teamId}/members/{userId}", [TrackAccountAddedUser] (string teamId, string userId) => Results.NoContent()),
            services: services =>
            {
                services.AddDbContext<OutboxDb>(database.Configure);
                services.AddIntilery().UseEntityFrameworkOutbox<OutboxDb>();
            });

        Assert.Equal(204, await app.PostAsync($"/teams/t1/members/{new string('x', 460)}"));
        Assert.Equal(204, await app.PostAsync("/teams/t1/members/mary"));

        Assert.Equal(["Account Added User mary@t1 {}"], await app.RecordedAsync());
        Assert.Contains(app.Log.Ours, line => line.Id == 120 && line.Message.Contains("no usable value for AccountAddedUser.UserId", StringComparison.Ordinal));
        Assert.Null(app.Services.GetRequiredService<OutboxWriter>().Fault);
    }
}

using Intilery.AspNetCore.Outbox.Sql;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>Opens sessions through a context from a fresh scope: the request's own context is the request's.</summary>
internal sealed class OutboxSessions<TContext>(IServiceScopeFactory scopes) : IOutboxSessions
    where TContext : DbContext
{
    public Type ContextType => typeof(TContext);

    public void Validate()
    {
        using var scope = scopes.CreateScope();
        if (scope.ServiceProvider.GetService<TContext>() is { } scoped)
        {
            Validate(scoped);
        }
        else if (scope.ServiceProvider.GetService<IDbContextFactory<TContext>>() is { } factory)
        {
            using var context = factory.CreateDbContext();
            Validate(context);
        }
        else
        {
            throw new InvalidOperationException(
                $"UseEntityFrameworkOutbox<{typeof(TContext).Name}>() names a context that is not registered. Register it with AddDbContext.");
        }
    }

    public ValueTask<OutboxSession> OpenAsync(CancellationToken cancellationToken) => OutboxSession.OpenAsync<TContext>(scopes, cancellationToken);

    private static void Validate(TContext context)
    {
        if (!context.Database.IsRelational())
        {
            throw new InvalidOperationException(
                $"UseEntityFrameworkOutbox<{typeof(TContext).Name}>() needs a relational database; the provider is {context.Database.ProviderName}.");
        }

        if (!OutboxSql.IsIn(context.Model))
        {
            throw new InvalidOperationException(OutboxAdvice.MissingFromModel(typeof(TContext)));
        }
    }
}


using Intilery.AspNetCore.Outbox.EntityFramework;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Gives the application's database the tables of Intilery's outbox.</summary>
public static class IntileryModelBuilderExtensions
{
    /// <summary>
    /// Adds the outbox's six tables to the model, with the names, schema and column names that the model's conventions give
    /// them. Call it at the end of <c>OnModelCreating</c> and add a migration; then let
    /// <c>AddIntilery().UseEntityFrameworkOutbox&lt;TContext&gt;()</c> use them. Calling it again changes nothing.
    /// </summary>
    /// <param name="modelBuilder">The model of the application's context.</param>
    /// <returns>The same builder.</returns>
    public static ModelBuilder AddIntileryOutbox(this ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        OutboxModel.Configure(modelBuilder);
        return modelBuilder;
    }
}
